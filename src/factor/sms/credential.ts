/** What is kept of a phone that gets text messages: its number, E.164. */
export interface SmsCredential {
  readonly number: string;
}

/** What a page may show of it: `06-•••• 12`; of a number elsewhere its first and last two digits. */
export function maskedNumber(number: string): string {
  const last = number.slice(-2);
  return number.startsWith('+316') ? `06-•••• ${last}` : `${number.slice(0, 3)} •••• ${last}`;
}
