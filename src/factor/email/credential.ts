/** What is kept of a mailbox that gets codes: its address, the domain in lower case. */
export interface EmailCredential {
  readonly address: string;
}

/** What a page may show of it: `a•••@gemeente.nl`. */
export function maskedAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}•••${address.slice(at)}`;
}

/** By what one mailbox is known however it is written: capitals and what follows a + lead to the same one. */
export function mailboxOf(address: string): string {
  const at = address.lastIndexOf('@');
  const [local = ''] = address.slice(0, at).split('+');
  return `${local}${address.slice(at)}`.toLowerCase();
}
