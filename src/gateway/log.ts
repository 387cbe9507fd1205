/** What the operator reads when something is wrong; never secrets, never bodies. `error` means that a person must act. */
export interface AppLog {
  error(fields: LogFields, text: string): void;
  warn(fields: LogFields, text: string): void;
  info(fields: LogFields, text: string): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
