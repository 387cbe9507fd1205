import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../../test/support/sms-gateway.ts';
import type { SmsResult } from '../cli/sms.ts';
import { loadSettings } from '../config/load.ts';
import type { SmsSettings } from '../config/settings.ts';
import { smsDeps } from './code-carriers.ts';
import { loadOptions } from './configuration.ts';

const examples = join(import.meta.dirname, '..', '..', 'config', 'examples');
const number = '+31612345678';
const text = 'Uw code is 123456. "Gemeente" {sender}';

let folder: string;
let gateway: TestGateway;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluis-sms-'));
  writeFileSync(join(folder, 'sms-key'), '11112222-aaaa-4bbb-8ccc-123456789012\n');
  gateway = await startGateway();
});
afterEach(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The example as it stands; only its key is in our folder. */
function example(name: string): SmsSettings {
  const yaml = readFileSync(join(examples, name), 'utf8').replaceAll('/etc/sluis/', './');
  const loaded = loadSettings(yaml, { ...loadOptions, folder });
  const sms = loaded.ok ? loaded.settings.factors.sms : undefined;
  if (sms === undefined) throw new Error(`${name} has no gateway`);
  return sms;
}

/** Sends one message as `sluis sms test` does: to the test's own machine, at the place that the example names. */
async function send(settings: SmsSettings, status: number, answer: unknown): Promise<SmsResult> {
  gateway.answer = res =>
    void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  const url = `${new URL(gateway.url).origin}${new URL(settings.url).pathname}`;
  const deps = smsDeps({ ...settings, url }, undefined);
  if (deps === undefined) throw new Error('no gateway');
  return deps.send(number, text);
}

function sent() {
  const [got] = gateway.received;
  return { url: got?.url, headers: got?.headers, body: JSON.parse(got?.body ?? 'null') as unknown };
}

describe('the example for CM.com', () => {
  // https://developers.cm.com/messaging/docs: the request as documented there, and its answers.
  const accepted = {
    details: 'Created 1 message(s)',
    errorCode: 0,
    messages: [
      {
        ...{ to: '0031612345678', status: 'Accepted', reference: null, parts: 1 },
        ...{ messageDetails: null, messageErrorCode: 0 },
      },
    ],
  };

  it('sends what CM.com documents: the number with two zeros, nested, and the product token in its header', async () => {
    const settings = example('sms-cm.yaml');
    expect(settings.url).toBe('https://gw.cmtelecom.com/v1.0/message');
    expect(await send(settings, 200, accepted)).toEqual({ carried: 'taken' });
    expect(gateway.received).toHaveLength(1);
    expect(sent()).toEqual({
      url: '/v1.0/message',
      headers: expect.objectContaining({
        'x-cm-producttoken': '11112222-aaaa-4bbb-8ccc-123456789012',
        'content-type': 'application/json',
      }),
      body: {
        messages: {
          msg: [
            {
              from: 'Gemeente',
              to: [{ number: '0031612345678' }],
              body: { type: 'auto', content: text },
              allowedChannels: ['SMS'],
            },
          ],
        },
      },
    });
  });

  it.each([
    [200, { details: 'No account found for the given authentication', errorCode: 103, messages: [] }],
    [200, { details: 'Created 1 message(s)', errorCode: '0' }],
    [200, { details: 'Created 1 message(s)' }],
    [401, accepted],
  ])('takes nothing for sent but status 200 with errorCode 0: %i %j', async (status, answer) => {
    expect(await send(example('sms-cm.yaml'), status, answer)).toMatchObject({ carried: 'refused', status });
  });
});

describe('the example for Spryng', () => {
  // https://docs.spryngsms.com: the request as documented there, and its answer, as far as anything is looked at.
  const made = { id: '9dbc5ffb-7524-4fae-9514-51decd94a44f', encoding: 'plain', originator: 'Gemeente', body: text };

  it('sends what Spryng documents: digits alone, the business route, a bearer token', async () => {
    const settings = example('sms-spryng.yaml');
    expect(settings.url).toBe('https://rest.spryngsms.com/v1/messages');
    expect(await send(settings, 200, made)).toEqual({ carried: 'taken' });
    expect(sent()).toEqual({
      url: '/v1/messages',
      headers: expect.objectContaining({
        authorization: 'Bearer 11112222-aaaa-4bbb-8ccc-123456789012',
        accept: expect.stringContaining('application/json'),
        'content-type': 'application/json',
      }),
      body: {
        encoding: 'auto',
        body: text,
        route: 'business',
        originator: 'Gemeente',
        recipients: ['31612345678'],
      },
    });
  });

  it.each([401, 402, 422, 429])('takes nothing for sent that is refused with %i, and tells why', async status => {
    const result = await send(example('sms-spryng.yaml'), status, { message: 'Unauthenticated.' });
    expect(result).toEqual({ carried: 'refused', status, said: '{"message":"Unauthenticated."}' });
  });
});
