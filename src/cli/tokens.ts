import type { Normalise } from '../enrolment/invitation-list.ts';
import type { FactorDeps } from '../factor/deps.ts';
import { handOut, takeBack } from '../factor/hardware-token/enrol.ts';
import type { PskcSecret } from '../factor/hardware-token/pskc.ts';
import { readTokenFile } from '../factor/hardware-token/read-file.ts';
import type { HardwareToken, HardwareTokens } from '../factor/hardware-token/tokens.ts';
import type { People } from '../factor/people.ts';
import { SluisError } from '../kernel/errors.ts';
import type { Out } from './users.ts';

export interface TokensDeps extends FactorDeps {
  readonly people: People;
  readonly tokens: HardwareTokens;
  /** Who runs the command, for the audit. */
  readonly by: string;
}

/** Takes the tokens of a PSKC or CSV file into stock: all of them, or none. Throws 'tokens.refused' with every bad line. */
export async function tokensImport(
  deps: TokensDeps,
  request: { readonly text: string; readonly secret: PskcSecret },
  out: Out,
): Promise<void> {
  const tokens = readTokenFile(request.text, request.secret);
  await deps.tokens.import(tokens, deps.by);
  out(`${tokens.length === 1 ? 'One token is' : `${tokens.length} tokens are`} in stock now.\n`);
}

/** One line a token, by serial number: what it is, and who has it. */
export async function tokensList(deps: TokensDeps, out: Out): Promise<void> {
  let after: string | undefined;
  let count = 0;
  for (;;) {
    const page = await deps.tokens.list(after === undefined ? { limit: 500 } : { limit: 500, after });
    for (const token of page) out(`${token.serial.padEnd(24)} ${await summary(deps, token)}\n`);
    count += page.length;
    after = page.at(-1)?.serial;
    if (page.length === 0) break;
  }
  out(count === 0 ? 'No tokens yet. Import some: sluis tokens import <file>\n' : '');
}

/** Hands a token to a person who stands at the desk. Throws 'tokens.refused' or 'account.unknown'. */
export async function tokensHandOut(
  deps: TokensDeps & { readonly normalise: Normalise },
  request: { readonly realm: string; readonly serial: string; readonly user: string },
  out: Out,
): Promise<void> {
  const name = deps.normalise(request.user);
  if (name === undefined) {
    throw new SluisError('account.name-refused', `${JSON.stringify(request.user)} is not a name of this realm`, {
      remedy: 'Give the account name as people type it in the app.',
    });
  }
  // Known or not: the token is what makes the account known here.
  const person = await deps.people.create(request.realm, name);
  await handOut(deps, { serial: request.serial, person, by: deps.by });
  out(`${name} has the token ${request.serial}. It works at the next sign-in.\n`);
}

/** Takes a token back. Sessions that it opened are for the caller to end. */
export async function tokensTakeBack(
  deps: TokensDeps & { endSessionsOf(person: string): Promise<unknown> },
  request: { readonly serial: string; readonly retire: boolean },
  out: Out,
): Promise<void> {
  const { serial, retire: retired } = request;
  const owner = await takeBack(deps, { serial, by: deps.by, retired });
  if (owner !== undefined) await deps.endSessionsOf(owner.id);
  const now = retired ? 'is out of use' : 'is in stock again';
  out(
    `The token ${serial} ${now}.${owner === undefined ? '' : ` ${owner.name} is signed out, and cannot use it any more.`}\n`,
  );
}

async function summary({ people }: TokensDeps, token: HardwareToken): Promise<string> {
  const { algorithm, digits, period, owner, retired, manufacturer } = token;
  const kind = period === undefined ? 'HOTP' : `TOTP ${period} s`;
  const person = owner === undefined ? undefined : await people.byId(owner.person);
  const place = owner === undefined ? (retired ? 'out of use' : 'in stock') : `${person?.name ?? 'a removed account'}`;
  return [
    kind,
    algorithm.toUpperCase(),
    `${digits} digits`,
    ...(manufacturer === undefined ? [] : [manufacturer]),
    place,
  ].join(', ');
}
