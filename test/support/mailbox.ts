import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import PostalMime, { type Email } from 'postal-mime';
import { passwords } from './apps.ts';

/** Where the Dovecot of test/apps/mail.sh answers IMAP, and its neighbour takes mail for it by SMTP. */
export const dovecot = { imap: 9143, smtp: 9125 } as const;

/** Mails from this address in somebody's inbox, read by IMAP as any mail program reads them. */
export async function mailsFrom(name: keyof typeof passwords, from: string): Promise<readonly Email[]> {
  const socket = connect(dovecot.imap, '127.0.0.1');
  // Each byte a letter of its own: literals are counted in bytes.
  socket.setEncoding('latin1');
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  const say = async (tag: string, command: string): Promise<string> => {
    socket.write(`${tag} ${command}\r\n`);
    let heard = '';
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the IMAP server went away: ${heard.slice(-200)}`);
      if (value.startsWith(`${tag} OK`)) return heard;
      if (value.startsWith(`${tag} `)) throw new Error(`${command.slice(0, 20)}: ${value}`);
      heard += `${value}\r\n`;
    }
  };
  try {
    await say('a', `LOGIN ${name}@gemeente.test ${passwords[name]}`);
    await say('b', 'EXAMINE INBOX');
    const found = /^\* SEARCH([ \d]*)\r$/m.exec(await say('c', `SEARCH FROM "${from}"`))?.[1] ?? '';
    const mails: Email[] = [];
    for (const number of found.trim().split(' ').filter(Boolean)) {
      const answer = await say('d', `FETCH ${number} BODY.PEEK[]`);
      const [head = '', size = '0'] = /\{(\d+)\}\r\n/.exec(answer) ?? [];
      const start = answer.indexOf(head) + head.length;
      mails.push(await PostalMime.parse(Buffer.from(answer.slice(start, start + Number(size)), 'latin1')));
    }
    return mails;
  } finally {
    socket.destroy();
  }
}
