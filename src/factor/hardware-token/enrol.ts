import { SluisError } from '../../kernel/errors.ts';
import { randomId } from '../../kernel/random.ts';
import type { FactorDeps } from '../deps.ts';
import type { People } from '../people.ts';
import type { Factor, Person } from '../person.ts';
import type { HardwareToken, HardwareTokens } from './tokens.ts';

export interface HandOut {
  readonly serial: string;
  readonly person: Pick<Person, 'id' | 'realm' | 'name'>;
  /** Who hands it over at the desk and has seen who takes it (R38). */
  readonly by: string;
}

type Deps = FactorDeps & { readonly people: People; readonly tokens: HardwareTokens };

/** Binds a token to the person it is handed to. Throws 'tokens.refused' where it is not free, or she has it already. */
export async function handOut(deps: Deps, { serial, person, by }: HandOut): Promise<Factor<'hardware-token'>> {
  if ((await deps.people.byId(person.id))?.closed !== undefined) throw closed(person.name);
  const id = randomId(deps.random);
  const token = await deps.tokens.claim(serial, { person: person.id, factor: id });
  if (token === undefined) throw notFree(serial, await deps.tokens.find(serial));
  const factor = factorOf(token, id, deps.clock.now());
  const bound = await deps.people.update(person.id, current =>
    current.closed === undefined ? { ...current, factors: [...current.factors, factor], everBound: true } : undefined,
  );
  if (bound === undefined) {
    await deps.tokens.release(serial, id);
    throw new SluisError('account.unknown', `there is nobody called ${person.name}`);
  }
  const who = { realm: person.realm, person: person.id, name: person.name };
  await deps.audit.record({ type: 'token.handed-out', ...who, serial, factor: id, by });
  return factor;
}

/** Takes a token back: it opens nothing from now on. `retired`: it is not handed out again. Says whose it was. */
export async function takeBack(
  deps: Deps,
  { serial, by, retired }: { readonly serial: string; readonly by: string; readonly retired: boolean },
): Promise<Person | undefined> {
  const token = await deps.tokens.find(serial);
  if (token?.owner === undefined) throw notFree(serial, token);
  const { person, factor } = token.owner;
  // The factor first: a token that opens something must never look free.
  const kept = (factors: Person['factors']) => factors.filter(({ id }) => id !== factor);
  const left = await deps.people.update(person, current => ({
    ...current,
    factors: kept(current.factors),
    closed: current.closed && { ...current.closed, factors: kept(current.closed.factors) },
  }));
  await deps.tokens.release(serial, factor, retired);
  const who = { realm: left?.realm ?? '', person, name: left?.name ?? '' };
  await deps.audit.record({ type: 'token.returned', ...who, serial, factor, by, retired });
  return left;
}

function factorOf(token: HardwareToken, id: string, now: number): Factor<'hardware-token'> {
  const { serial, secret, algorithm, digits, period, counter } = token;
  return {
    id,
    kind: 'hardware-token',
    level: 3,
    label: serial,
    boundAt: now,
    boundBy: 'desk',
    lastUsedAt: undefined,
    credential: { serial, secret, algorithm, digits, period, counter },
  };
}

function closed(name: string): SluisError {
  return new SluisError('tokens.refused', `the account ${name} is closed`, {
    remedy: 'An admin can open it again in the console.',
  });
}

function notFree(serial: string, token: HardwareToken | undefined): SluisError {
  if (token === undefined) {
    return new SluisError('tokens.refused', `there is no token ${serial} in the register`, {
      remedy: 'Import it first: sluis tokens import <file>',
    });
  }
  const state = token.retired ? 'was taken out of use' : token.owner === undefined ? 'is in stock' : 'is somebody’s';
  return new SluisError('tokens.refused', `the token ${serial} ${state}`, { remedy: 'Look at it: sluis tokens list' });
}
