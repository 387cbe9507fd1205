import { createHash } from 'node:crypto';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { parseMailAddress } from '../../src/kernel/mail-address.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { Client, type ClientAnswer } from './client.ts';
import { type MailServer, type MailServerOptions, startMailServer } from './mail-server.ts';
import { until } from './redis.ts';
import { startSluis, type TestOptions, type TestSluis } from './sluis.ts';

export interface ResetSluis {
  readonly demo: DemoApp;
  readonly mail: MailServer;
  readonly sluis: TestSluis;
  /** Bearer token of the ticket system `topdesk`. */
  readonly token: string;
  close(): Promise<void>;
}

/** Sluis with a console, a reset desk, a ticket system that may file, and a real mail server. */
export async function startResetSluis(
  options: TestOptions = {},
  refuse?: MailServerOptions['refuse'],
): Promise<ResetSluis> {
  const demo = await startDemoApp();
  const mail = await startMailServer({ tls: 'none', ...(refuse === undefined ? {} : { refuse }) });
  const token = systemRandom.bytes(32).toString('base64url');
  const extra = `mail: { host: 127.0.0.1, port: ${mail.port}, tls: none, from: sluis@gemeente.test }
reset:
  officialDomains: [gemeente.test]
  groupMailboxes: ['wmo*']
  authservId: mx.sluis.test
  methods:
    document: { title: Legitimatiebewijs aan de balie, document: true, visit: true }
    data: { title: Controle van persoonsgegevens }
  clients:
    topdesk: { tokenHash: ${createHash('sha256').update(token).digest('hex')} }
${options.extra ?? ''}`;
  const sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], {
    console: 'own',
    ...options,
    extra,
  });
  return {
    ...{ demo, mail, sluis, token },
    close: async () => {
      // Or the server of mail would see its client go away in the middle of one.
      await until(async () => (await sluis.core.outbox.waiting()) === 0);
      await sluis.close();
      await mail.close();
      await demo.close();
    },
  };
}

export const ticket = {
  account: 'anna@post.example',
  requester: { name: 'Carla de Wit', address: 'carla@gemeente.test' },
  identity: { method: 'document', documentType: 'passport', documentLastFour: '12AB', staff: ['Dirk Jansen'] },
  identityConfirmed: true,
  ordered: true,
  lostBecause: 'lost',
  fileNumber: 'Z-2026/0042',
};

let keys = 0;

/** What the ticket system posts; headers that are given win. */
export function postTicket(
  { sluis, token }: ResetSluis,
  body: unknown,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<ClientAnswer> {
  keys += 1;
  const host = new URL(sluis.core.settings.console?.origin ?? '').host;
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Client(sluis.port, { host }).request('POST', '/api/reset-cases', text, {
    'Content-Type': 'application/json',
    Authorization: `Bearer ${token}`,
    'Idempotency-Key': `ticket-${keys}-of-the-test`,
    ...headers,
  });
}

/** A person with this mail address in the realm. */
export async function withAddress(sluis: TestSluis, name: string, address: string): Promise<void> {
  const person = await sluis.core.people.create('gemeente', name);
  const parsed = parseMailAddress(address);
  if (parsed === undefined) throw new Error(`no address: ${address}`);
  await sluis.core.addresses.set(person, parsed, 'test');
}
