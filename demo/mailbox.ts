/** One mail, as it lies in somebody's folder. */
export interface Mail {
  readonly id: number;
  readonly folder: 'in' | 'uit';
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly at: Date;
  readonly attachments: readonly Attachment[];
  read: boolean;
}

export interface Attachment {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export type Letter = Pick<Mail, 'to' | 'subject' | 'text' | 'attachments'>;

export const domain = 'gemeente.test';

/** Everybody's mail, in memory: gone when the app stops. */
export class Mailbox {
  readonly #mails = new Map<string, Mail[]>();
  readonly #now: () => Date;
  #last = 0;

  constructor(users: readonly string[], now: () => Date) {
    this.#now = now;
    for (const user of users) {
      this.#mails.set(user, []);
      for (const { from, subject, text } of welcome)
        this.#put(user, 'in', from, { to: address(user), subject, text, attachments: [] });
    }
  }

  list(user: string, folder: Mail['folder']): Mail[] {
    return (this.#mails.get(user) ?? []).filter(mail => mail.folder === folder).reverse();
  }

  /** Undefined where the mail is not this user's. */
  find(user: string, id: number): Mail | undefined {
    return this.#mails.get(user)?.find(mail => mail.id === id);
  }

  unread(user: string): number {
    return this.list(user, 'in').filter(mail => !mail.read).length;
  }

  /** Keeps it under "sent" and brings it to everybody here; other addresses lead nowhere. */
  send(from: string, letter: Letter): void {
    this.#put(from, 'uit', address(from), letter);
    for (const to of letter.to.split(',')) {
      const user = to.trim().toLowerCase().replace(`@${domain}`, '');
      if (this.#mails.has(user)) this.#put(user, 'in', address(from), letter);
    }
  }

  #put(user: string, folder: Mail['folder'], from: string, letter: Letter): void {
    this.#last += 1;
    this.#mails.get(user)?.push({ ...letter, id: this.#last, folder, from, at: this.#now(), read: folder === 'uit' });
  }
}

export function address(user: string): string {
  return `${user}@${domain}`;
}

const welcome = [
  {
    from: `postkamer@${domain}`,
    subject: 'Welkom bij Gemeentepost',
    text: 'Beste collega,\n\nDit is uw nieuwe elektronische postvak. Uw postvak biedt plaats aan 20 MB.\n\nDe postkamer',
  },
  {
    from: `kantine@${domain}`,
    subject: 'Snert op vrijdag',
    text: 'Vrijdag is er snert met roggebrood. Opgeven kan tot donderdag 12.00 uur.\n\nGroet, de kantine',
  },
  {
    from: `burgerzaken@${domain}`,
    subject: 'Rooster balie week 48',
    text: 'Het nieuwe rooster hangt bij de koffieautomaat. Ruilen mag, als u het even doorgeeft.\n\nBurgerzaken',
  },
];
