import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MaliciousApp, startMaliciousApp } from '../support/malicious-app.ts';
import { appClient } from '../support/person.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';

let app: MaliciousApp;
let sluis: TestSluis;

beforeAll(async () => {
  app = await startMaliciousApp();
  sluis = await startSluis([{ id: 'demo', upstream: app.url, preset: 'demo' }]);
});
afterAll(async () => {
  await sluis.close();
  await app.close();
});

const linkOn = (text: string) =>
  /<a [^>]*href="(\/_sluis\/language\?[^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
const languageOf = (text: string) => /<html lang="([a-z]+)"/.exec(text)?.[1];

describe('R44 R30: the other language, on pages of ours that stand on an app’s host', () => {
  it('each page leads to itself in the other language, and the choice stays in this browser', async () => {
    const browser = appClient(sluis, 'demo');
    const page = await browser.get('/_sluis/nergens?a=1&b=%2F%2F');
    expect(languageOf(page.text)).toBe('nl');
    const switched = await browser.get(linkOn(page.text));
    expect([switched.status, switched.location]).toEqual([303, '/_sluis/nergens?a=1&b=%2F%2F']);
    expect(switched.setCookies).toEqual([
      '__Host-sluis-lang=en; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax',
    ]);
    const other = await browser.get(switched.location ?? '');
    expect(languageOf(other.text)).toBe('en');
    expect(linkOn(other.text)).toContain('to=nl');
    expect(languageOf((await browser.get('/_sluis/signed-out')).text)).toBe('en');
    // Neither the choice nor its cookie is any affair of the app's.
    expect(app.seen).toEqual([]);
  });

  it.each([
    'to=en&back=//evil.test/',
    'to=en&back=https://evil.test/',
    'to=en&back=/.//evil.test/',
    'to=en&back=/%09/evil.test/',
    'to=en&back=\\\\evil.test',
    'to=en&back=javascript:alert(1)',
    'to=en&back=/_sluis/language?to=en',
    'to=de&back=/',
    'to=en%0d%0aSet-Cookie:x=y&back=/',
    'back=/',
  ])('leads to this host only, knows its own languages only: %s', async query => {
    const got = await appClient(sluis, 'demo').get(`/_sluis/language?${query}`);
    const led = new URL(got.location ?? '/', sluis.origin('demo'));
    expect([led.origin, led.pathname.startsWith('//')]).toEqual([sluis.origin('demo'), false]);
    expect(got.setCookies.filter(line => !line.startsWith('__Host-sluis-lang=en;'))).toEqual([]);
    if (!query.startsWith('to=en&')) expect([got.status >= 400, got.setCookies]).toEqual([true, []]);
  });

  it('a line end in the way back is no line of the answer', async () => {
    const got = await appClient(sluis, 'demo').get('/_sluis/language?to=en&back=/x%0d%0aSet-Cookie:%20x=y');
    expect([got.status, got.location, got.setCookies]).toEqual([400, undefined, []]);
  });

  it('a script or a picture of the app chooses nothing, and a form’s answer offers no way to repeat it', async () => {
    const browser = appClient(sluis, 'demo');
    const asPicture = { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' };
    const got = await browser.get('/_sluis/language?to=en&back=/', asPicture);
    expect([got.status, got.setCookies]).toEqual([404, []]);
    const posted = await browser.post('/_sluis/language', { to: 'en', back: '/' });
    expect([posted.status, posted.setCookies]).toEqual([404, []]);
    const answer = await browser.post('/_sluis/nergens', { a: '1' });
    expect([answer.status, linkOn(answer.text)]).toEqual([404, '']);
  });
});
