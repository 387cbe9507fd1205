import { createHash } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Random } from '../kernel/random.ts';
import type { ResetCase } from '../reset/case.ts';
import { type CaseRecords, isClosed } from '../reset/records.ts';
import { workingDaysBetween } from '../reset/working-days.ts';
import type { Out } from './users.ts';

export interface ResetCliDeps {
  readonly records: CaseRecords;
  readonly clock: Clock;
  /** Working days. */
  readonly target: number;
}

/** One line a request, the oldest first. */
export async function resetList(
  { records, clock, target }: ResetCliDeps,
  { realm, all }: { readonly realm: string; readonly all: boolean },
  out: Out,
): Promise<void> {
  let after: ResetCase | undefined;
  let count = 0;
  for (;;) {
    const from = after === undefined ? {} : { after };
    const page = await records.list(realm, all ? 'all' : 'open', { limit: 200, ...from });
    for (const record of page) {
      const age = workingDaysBetween(record.filedAt, clock.now());
      const late = age > target && !isClosed(record) ? ', overdue' : '';
      out(`${record.id}  ${record.state.padEnd(9)}  ${age} working days${late}  ${oneLine(record.account.address)}\n`);
    }
    count += page.length;
    after = page.at(-1);
    if (after === undefined) break;
  }
  if (count === 0) out('No requests.\n');
}

/** Throws 'account.unknown'. */
export async function resetShow(
  { records }: Pick<ResetCliDeps, 'records'>,
  { realm, number }: { readonly realm: string; readonly number: string },
  out: Out,
): Promise<void> {
  const record = await records.find(realm, number.toUpperCase());
  if (record === undefined)
    throw new SluisError('account.unknown', `there is no request ${oneLine(number)}`, {
      remedy: 'sluis reset list --all',
    });
  for (const [label, value] of rowsOf(record)) out(`${label.padEnd(11)} ${oneLine(value)}\n`);
}

function rowsOf(record: ResetCase): readonly (readonly [string, string])[] {
  const { request, identity, account, requester, checked, executed, confirmed, refused } = record;
  const act = (label: string, done: { by: { name: string }; at: number } | undefined) =>
    done === undefined ? [] : [[label, `${iso(done.at)} by ${done.by.name}`] as const];
  const proved =
    request.by === 'link' ? (request.at === undefined ? 'not yet confirmed' : iso(request.at)) : iso(request.at);
  return [
    ['number', record.id],
    ['state', record.state],
    ['account', account.name === undefined ? account.address : `${account.address} (${account.name})`],
    ['requester', `${requester.name} (${requester.address})`],
    ['filed', `${iso(record.filedAt)} via ${record.via}`],
    ['in writing', `${request.by}, ${proved}`],
    [
      'identity',
      [identity.method, identity.documentType, identity.documentLastFour].filter(part => part !== undefined).join(', '),
    ],
    ['seen by', identity.staff.join(', ')],
    ['lost', record.lostBecause],
    ['file', record.fileNumber ?? 'none'],
    ...act('checked', checked),
    ...act('executed', executed),
    ...record.handedOver.flatMap(one => act('code shown', one)),
    ...act('confirmed', confirmed),
    ...act('refused', refused),
    ...(refused === undefined ? [] : [['because', refused.why] as const]),
  ];
}

/** The token is for the other system, the hash for the configuration: who reads the configuration can file nothing. */
export function resetToken(random: Random, out: Out): void {
  const token = random.bytes(32).toString('base64url');
  out(`Token, for the other system, shown once:\n  ${token}\nIn the configuration, under reset.clients:\n`);
  out(`  ticket-system: { tokenHash: ${createHash('sha256').update(token).digest('hex')} }\n`);
}

/** Typed by others: no control signs reach the terminal. */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ').slice(0, 500);
}

function iso(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
