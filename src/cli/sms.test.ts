import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { smsSettings } from '../../test/support/sent-codes.ts';
import { startGateway, type TestGateway } from '../../test/support/sms-gateway.ts';
import { smsDeps } from '../main/code-carriers.ts';
import { doctor } from './doctor.ts';
import { smsFindings, smsTest } from './sms.ts';

let gateway: TestGateway;
let printed: string;
const out = (text: string) => {
  printed += text;
};
beforeEach(async () => {
  printed = '';
  gateway = await startGateway();
});
afterEach(() => gateway.close());

const deps = (given: string | undefined = 's3cret') =>
  smsDeps(smsSettings(gateway.url, { headers: { authorization: 'Bearer {secret}' } }), given);

describe('sluis sms test', () => {
  test('sends one message, in both languages, with no code', async () => {
    expect(await smsTest(deps(), { number: '06 12345678' }, out)).toBe(0);
    expect(printed).toContain('took a message to +31612345678');
    expect(gateway.received).toHaveLength(1);
    expect(gateway.received[0]?.body).toMatch(/proefbericht.*test message/i);
  });

  test.each([
    [401, 'no such key s3cret', /did not take it: 401 no such key …\. It went nowhere\.\n.*Check the key/],
    [302, '', /302\. It went nowhere\.\n.*redirects are not followed/],
    [500, 'oops', /500 oops\. It may come all the same\.\n.*Ask the provider/],
    [422, 'recipients', /422 recipients\. It went nowhere\.\n.*documentation of the provider/],
  ])('says what the gateway said to %i, and ends with 69', async (status, body, expected) => {
    gateway.answer = res => void res.writeHead(status).end(body);
    expect(await smsTest(deps(), { number: '0612345678' }, out)).toBe(69);
    expect(printed).toMatch(expected);
    expect(printed).not.toContain('s3cret');
  });

  test('refuses what gets no codes, and a configuration without a gateway', async () => {
    for (const number of ['0900 1234567', '+44 7911 123456', 'x'])
      await expect(smsTest(deps(), { number }, out)).rejects.toMatchObject({ code: 'cli.usage' });
    await expect(smsTest(undefined, { number: '0612345678' }, out)).rejects.toMatchObject({ code: 'cli.usage' });
    expect(gateway.received).toEqual([]);
  });
});

test('doctor says which gateway there is, and that its key is missing', () => {
  expect(doctor(smsFindings(deps()), out)).toBe(0);
  expect(printed).toContain('which was not asked');
  expect(doctor(smsFindings(deps('')), out)).toBe(1);
  expect(printed).toMatch(/BAD .*key of the SMS gateway.*\n?.*SLUIS_SMS_SECRET/);
  expect(smsFindings(undefined)).toEqual([]);
});
