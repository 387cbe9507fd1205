import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../../test/support/sms-gateway.ts';
import type { SmsSettings } from '../config/settings.ts';
import { type SmsTrouble, smsGateway } from './sms-gateway.ts';

let gateway: TestGateway;
beforeEach(async () => {
  gateway = await startGateway();
});
afterEach(() => gateway.close());

const template = { originator: '{sender}', recipients: ['{digits}'], body: '{text}', route: 'business', n: 1 };

function settings(change: Partial<SmsSettings> = {}): SmsSettings {
  return {
    url: gateway.url,
    method: 'POST',
    headers: { authorization: 'Bearer {secret}' },
    secretFile: undefined,
    body: { kind: 'json', template },
    sender: 'Gemeente',
    accepted: { status: [200, 201], json: {} },
    timeout: 5_000,
    prefixes: ['+31'],
    perHour: 10,
    ...change,
  };
}

const message = {
  to: '+31612345678',
  sender: 'Gemeente Voorbeeld',
  subject: '',
  text: '123456 is uw code {secret} "},{"x":"\r\nX: 1&to=+31900',
  language: 'nl',
} as const;

async function carry(change: Partial<SmsSettings> = {}) {
  const told: SmsTrouble[] = [];
  const carrier = smsGateway({ settings: settings(change), secret: 's3cret', tell: trouble => told.push(trouble) });
  try {
    return { carried: await carrier.carry(message), told };
  } finally {
    await carrier.close();
  }
}

const answer =
  (status: number, body = '', headers: Record<string, string> = {}) =>
  (res: ServerResponse) =>
    void res.writeHead(status, headers).end(body);

describe('a message to an SMS gateway', () => {
  it('is written as JSON: no text of it breaks out of its place, nor is read as a template again', async () => {
    expect(await carry()).toEqual({ carried: 'taken', told: [] });
    const [got] = gateway.received;
    expect(got?.headers).toMatchObject({ authorization: 'Bearer s3cret', 'content-type': 'application/json' });
    expect(JSON.parse(got?.body ?? '')).toEqual({
      originator: 'Gemeente',
      recipients: ['31612345678'],
      body: message.text,
      route: 'business',
      n: 1,
    });
  });

  it('is written as a form, with the number in any of three forms', async () => {
    const form = { a: '{to}', b: '{zeros}', c: '{digits}', text: '{text}', key: '{secret}' };
    expect((await carry({ body: { kind: 'form', template: form } })).carried).toBe('taken');
    const [got] = gateway.received;
    expect(Object.fromEntries(new URLSearchParams(got?.body))).toEqual({
      a: '+31612345678',
      b: '0031612345678',
      c: '31612345678',
      text: message.text,
      key: 's3cret',
    });
  });

  it.each([
    [200, '{"errorCode":0,"messages":[{"status":"Accepted"}]}', 'taken'],
    [200, '{"errorCode":103,"messages":[{"status":"Rejected"}]}', 'refused'],
    [200, 'not JSON', 'refused'],
    [202, '', 'unknown'],
    [302, '', 'refused'],
    [401, '', 'refused'],
    [429, '', 'refused'],
    [500, '', 'unknown'],
    [503, '', 'unknown'],
  ] as const)('that is answered %i %s is %s', async (status, body, carried) => {
    gateway.answer = answer(status, body);
    const accepted = { status: [200], json: { errorCode: 0, 'messages.0.status': 'Accepted' } };
    const result = await carry({ accepted });
    expect(result.carried).toBe(carried);
    expect(result.told).toMatchObject(carried === 'taken' ? [] : [{ carried, status }]);
  });

  it('is never sent on to where an answer leads: what listens there is inside (SSRF)', async () => {
    const inside = await startGateway();
    try {
      for (const status of [301, 302, 303, 307, 308]) {
        gateway.answer = answer(status, '', { location: inside.url });
        expect((await carry()).carried).toBe('refused');
      }
      expect(inside.received).toEqual([]);
      expect(gateway.received).toHaveLength(5);
    } finally {
      await inside.close();
    }
  });

  it('tells the operator what was answered, without number, code and key', async () => {
    gateway.answer = answer(400, 'bad key s3cret for +31 6 12345678\r\n(text "123456 is uw code", error 1002)');
    const { told } = await carry();
    expect(told).toEqual([
      { carried: 'refused', status: 400, said: 'bad key … for … (text "… is uw code", error 1002)' },
    ]);
  });

  it('ends where nobody listens, hangs up, answers without end, or not at all', async () => {
    gateway.answer = res => void res.destroy();
    expect(await carry()).toMatchObject({ carried: 'unknown', told: [{ errorCode: 'UND_ERR_SOCKET' }] });
    gateway.answer = answer(200, 'x'.repeat(100_000));
    expect(await carry()).toMatchObject({ carried: 'unknown', told: [{ errorCode: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' }] });
    gateway.answer = () => undefined;
    expect(await carry({ timeout: 50 })).toMatchObject({ carried: 'unknown', told: [{ errorCode: 'TimeoutError' }] });
    const url = gateway.url;
    await gateway.close();
    expect(await carry({ url })).toMatchObject({ carried: 'refused', told: [{ errorCode: 'ECONNREFUSED' }] });
    gateway = await startGateway();
  });
});
