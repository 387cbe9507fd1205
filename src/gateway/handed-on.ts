import { Transform } from 'node:stream';
import { pageHeaders } from '../ui/page-headers.ts';
import type { Exchange } from './exchange.ts';
import type { AnswerHead, HeadVerdict } from './forward.ts';

/** A form that waited is sent now: it goes on without its browser. */
export interface SentOn {
  /** The page that comes in place of an answer which was meant for a frame. */
  readonly instead: string | undefined;
  /** The app's answer was withheld: it did not take the form, for its own session was over. */
  refused(): Promise<void>;
}

/** What an app answers into a frame would be an empty page in a whole window: its cookies go on, and a page of ours. */
export async function handedOn(
  exchange: Exchange,
  { instead, refused }: SentOn,
  { status }: AnswerHead,
  judged: HeadVerdict | Promise<HeadVerdict>,
): Promise<HeadVerdict> {
  const verdict = await judged;
  if ('instead' in verdict) await refused();
  if (instead === undefined || 'instead' in verdict || status !== 200) return verdict;
  const headers: string[] = ['content-type', 'text/html; charset=utf-8'];
  const ours = pageHeaders({ https: exchange.app.proto === 'https' });
  for (const [name, value] of Object.entries(ours)) headers.push(name, value);
  for (let i = 0; i < verdict.headers.length; i += 2) {
    if (verdict.headers[i] === 'set-cookie') headers.push('set-cookie', verdict.headers[i + 1] as string);
  }
  const through = new Transform({
    transform: (_chunk, _encoding, done) => done(),
    flush: done => done(null, instead),
  });
  return { headers, through };
}
