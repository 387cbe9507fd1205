import { createHash, sign } from 'node:crypto';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import type { CDPSession, Page } from 'playwright-core';
import { cbor } from './authenticator.ts';
import type { Maker } from './key-models.ts';

/** Model of Chromium's virtual authenticators. */
export const virtualAaguid = '01020304050607080102030405060708';

export type Held = Awaited<ReturnType<typeof credentialsOf>>;

export interface VirtualKey {
  readonly id: string;
  readonly session: CDPSession;
}

/** A passkey of the platform (BE=1), a security key (BE=0), or one of U2F, in this page's browser. Its owner touches it at once. */
export async function plugIn(
  page: Page,
  kind: 'passkey' | 'security-key' | 'u2f',
  holds: Held = [],
): Promise<VirtualKey> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const passkey = kind === 'passkey';
  const { authenticatorId: id } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: kind === 'u2f' ? 'u2f' : 'ctap2',
      transport: passkey ? 'internal' : 'usb',
      hasResidentKey: passkey,
      hasUserVerification: passkey,
      isUserVerified: passkey,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: passkey,
      defaultBackupState: passkey,
    },
  });
  for (const credential of holds) await session.send('WebAuthn.addCredential', { authenticatorId: id, credential });
  return { id, session };
}

/** What it holds goes with it: plugged in again, it is the same key. */
export async function unplug({ id, session }: VirtualKey): Promise<Held> {
  const credentials = await credentialsOf({ id, session });
  await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: id });
  return credentials;
}

async function credentialsOf({ id, session }: VirtualKey) {
  return (await session.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials;
}

/** A copy of its secrets, made when its counter stood here: all that the key knows goes back to it. */
export async function cloned({ id, session }: VirtualKey, signCount: number): Promise<void> {
  for (const credential of await credentialsOf({ id, session })) {
    await session.send('WebAuthn.removeCredential', { authenticatorId: id, credentialId: credential.credentialId });
    await session.send('WebAuthn.addCredential', { authenticatorId: id, credential: { ...credential, signCount } });
  }
}

/** What this page hands to the browser's keys, as whoever rules the page can have it. */
export async function rewriteOptions(page: Page, change: (options: Record<string, unknown>) => object): Promise<void> {
  const given = await page.getAttribute('[data-webauthn]', 'data-options');
  const options = JSON.parse(given ?? '') as Record<string, unknown>;
  const text = JSON.stringify({ ...options, ...change(options) });
  await page.evaluate(`document.querySelector('[data-webauthn]').dataset.options = ${JSON.stringify(text)}`);
}

/**
 * Virtual keys attest themselves by a certificate of their own, new each time. From now on those of this page do so by
 * the one of this maker: what they sign of the registration stays theirs.
 */
export async function attestBy(page: Page, maker: Maker): Promise<void> {
  await page.exposeFunction('attestByMaker', (object: string, clientData: string) => {
    const authData = Buffer.from(
      decodeAttestationObject(new Uint8Array(Buffer.from(object, 'base64url'))).get('authData'),
    );
    const hash = createHash('sha256').update(Buffer.from(clientData, 'base64url')).digest();
    const sig = sign('sha256', Buffer.concat([authData, hash]), maker.leaf.key);
    const statement = new Map<string, unknown>([
      ['alg', -7],
      ['sig', sig],
      ['x5c', [maker.leaf.der]],
    ]);
    const attested = new Map<string, unknown>([
      ['fmt', 'packed'],
      ['attStmt', statement],
      ['authData', authData],
    ]);
    return cbor(attested).toString('base64url');
  });
  await page.addInitScript(`{
    const create = navigator.credentials.create.bind(navigator.credentials);
    navigator.credentials.create = async options => {
      const json = (await create(options)).toJSON();
      const { attestationObject, clientDataJSON } = json.response;
      json.response.attestationObject = await attestByMaker(attestationObject, clientDataJSON);
      return { toJSON: () => json };
    };
  }`);
}
