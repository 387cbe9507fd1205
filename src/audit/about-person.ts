/** Whose event it is. */
export interface AboutPerson {
  /** Random id of the account. */
  readonly person: string;
  /** Normal form of its name, as staff know it. */
  readonly name: string;
}
