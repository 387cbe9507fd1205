import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { type HardwareTokenCredential, tokenCode } from '../../src/factor/hardware-token/credential.ts';
import { codeAt } from '../vectors/code-at.ts';
import { SoftKey } from './authenticator.ts';
import type { Known, Somebody } from './model-facts.ts';
import { bindAt, giveToken, newSeed, stock, type World } from './model-world.ts';

/** What somebody carries: all that ceremonies are done with. */
export interface Carried {
  readonly totp: Map<string, { readonly secret: string; used: number }>;
  readonly keys: Map<string, SoftKey>;
}

export interface Player extends Somebody, Carried {}

/** The one token of the house, that goes from hand to hand. */
export interface Token {
  readonly credential: HardwareTokenCredential;
  used: number;
}

const step = (time: number) => Math.floor(time / 30_000);

export function attestedKey({ maker, instances: [one] }: World): SoftKey {
  return new SoftKey(one.portalOrigin, { format: 'packed', chain: [maker.leaf], aaguid: maker.aaguid });
}

function player(name: string): Player {
  const fresh = { factors: [], activation: undefined, recovery: new Set<string>(), permits: new Set<never>() };
  return { name, ...fresh, totp: new Map(), keys: new Map() };
}

/** Two people: one with a code and a key of level 4, one with a code and the token; none of them met before. */
export async function newPlayers(world: World, suffix: string): Promise<{ players: [Player, Player]; token: Token }> {
  const { instances } = world;
  const [one] = instances;
  const [anna, bram] = [player(`anna${suffix}`), player(`bram${suffix}`)];
  for (const who of [anna, bram]) {
    const email = { kind: 'email', level: 1, label: '', credential: { address: mailboxOf(who) } } as const;
    await bindAt(one, who.name, 2, email);
    const secret = newSeed();
    await bindAt(one, who.name, 2, { kind: 'totp', level: 2, label: '', credential: { secret } });
    const factor = (await factorsOf(world, who)).find(({ kind }) => kind === 'totp');
    who.totp.set(factor?.id ?? '', { secret, used: -1 });
  }
  const key = attestedKey(world);
  const credential = {
    ...{ id: key.id.toString('base64url'), publicKey: key.publicKey, transports: [], backupEligible: false },
    ...{ counter: 0, aaguid: world.maker.model },
  };
  await bindAt(one, anna.name, 4, { kind: 'webauthn', level: 4, label: '', credential });
  const serial = `T${suffix}`;
  const token = { credential: await stock(one, serial), used: -1 };
  await giveToken(one, serial, bram.name);
  for (const who of [anna, bram]) who.factors = await factorsOf(world, who);
  anna.keys.set(anna.factors.find(({ level }) => level === 4)?.id ?? '', key);
  return { players: [anna, bram], token };
}

export async function factorsOf({ instances: [one] }: World, { name }: Somebody): Promise<readonly Known[]> {
  return ((await one.core.people.byName('gemeente', name))?.factors ?? []).map(({ id, kind, level }) => ({
    ...{ id, kind, level },
  }));
}

/** Hers alone, and opened by another password than the apps'. */
export const mailboxOf = ({ name }: Somebody) => `${name}@thuis.test`;

/** Whose factor this code is, if it opens anything at this moment; it is used up then. */
export function useCode(player: Player, code: string, now: number): Known | undefined {
  for (const factor of player.factors) {
    const own = player.totp.get(factor.id);
    if (own === undefined) continue;
    for (const at of [step(now) - 1, step(now), step(now) + 1]) {
      if (at <= own.used || codeAt(own.secret, at * 30_000) !== code) continue;
      own.used = at;
      return factor;
    }
  }
  return undefined;
}

/** The same of the token, for who has it: ten presses ahead, none behind (RFC 4226 7.4). */
export function usePress(token: Token, player: Player, code: string): Known | undefined {
  const factor = player.factors.find(({ level }) => level === 3);
  for (let press = token.used + 1; press <= token.used + 10; press += 1) {
    if (factor === undefined || tokenCode(token.credential, press) !== code) continue;
    token.used = press;
    return factor;
  }
  return undefined;
}

export type Options = PublicKeyCredentialRequestOptionsJSON & PublicKeyCredentialCreationOptionsJSON;

/** What the page hands to the browser's keys. */
export function optionsOn(html: string): Options | undefined {
  const found = /data-options="([^"]*)"/.exec(html)?.[1];
  return found === undefined ? undefined : JSON.parse(found.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
}
