import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'sms-key'), 'x');

const accepted = 'levels: { acceptLevel1: { reason: Alleen openbare stukken } }';

function load(
  factors: string,
  {
    levels = accepted,
    level = 1,
    domains = '[]',
    mail = 'mail: { host: 127.0.0.1, tls: none, from: sluis@gemeente.test }',
  } = {},
) {
  const text = `
version: 1
data: ./data
listen: { balancers: [127.0.0.1] }
realms:
  gemeente: { title: Gemeente, portal: "http://sluis.localhost:8080", firstFactor: activation-code, domains: ${domains} }
  raad: { title: Raad, portal: "http://raad.localhost:8080", firstFactor: activation-code }
apps:
  post: { title: Post, realm: gemeente, origin: "http://post.localhost:8080", upstream: "http://127.0.0.1:8081", preset: demo }
  wiki: { title: Wiki, realm: gemeente, origin: "http://wiki.localhost:8080", upstream: "http://127.0.0.1:8082", preset: dokuwiki, level: ${level} }
  stukken: { title: Stukken, realm: raad, origin: "http://stukken.localhost:8080", upstream: "http://127.0.0.1:8083", preset: dokuwiki }
${levels}
${mail}
factors:
${factors}
`;
  return loadSettings(text, { folder, presets: { named, generic: genericPreset }, highestLevel: 3 });
}

function problems(loaded: ReturnType<typeof load>): readonly string[] {
  return loaded.ok ? [] : loaded.problems.map(({ path, found, expected }) => `${path}: ${found} / ${expected}`);
}

const sms = (more = '', { json = '{ to: "{to}", text: "{text}" }', url = 'https://sms.test/v1' } = {}) =>
  `  sms:\n    url: ${url}\n    json: ${json}\n${more}`;

describe('R04, a.19: codes that are sent', () => {
  it.each([
    ['sms', sms()],
    ['email', '  email: { mailboxes: { post: same-password, wiki: same-password, stukken: separate } }'],
  ])('by %s are refused without the acknowledgement of level 1, at their place', (kind, factors) => {
    const [problem] = problems(load(factors, { levels: '', level: 2 }));
    expect(problem).toContain(`factors.${kind}: codes by ${kind}, which are level 1`);
    expect(problem).toContain('levels.acceptLevel1');
  });

  it('are warned of where nothing asks for so little', () => {
    expect(load(sms())).toMatchObject({ ok: true, warnings: [{ path: 'apps.wiki.level' }] });
    expect(load(sms(), { level: 2 })).toMatchObject({ ok: true, warnings: [{ path: 'factors.sms' }] });
  });

  it('are none unless they stand there', () => {
    expect(load('  {}', { level: 2 })).toMatchObject({ settings: { factors: { sms: undefined, email: undefined } } });
  });
});

describe('the gateway for text messages', () => {
  it('has sensible defaults, and Dutch numbers only', () => {
    expect(load(sms('    secretFile: sms-key'))).toMatchObject({
      settings: {
        factors: {
          sms: {
            url: 'https://sms.test/v1',
            method: 'POST',
            secretFile: join(folder, 'sms-key'),
            body: { kind: 'json', template: { to: '{to}', text: '{text}' } },
            accepted: { status: [200, 201, 202], json: {} },
            timeout: 10_000,
            prefixes: ['+31'],
            perHour: 500,
          },
        },
      },
    });
  });

  it.each([
    ['http elsewhere', sms('', { url: 'http://sms.test/v1' }), 'factors.sms.url'],
    ['a name in the address', sms('', { url: 'https://u:p@sms.test/v1' }), 'factors.sms.url'],
    ['a query in the address', sms('', { url: 'https://sms.test/v1?to={to}' }), 'factors.sms.url'],
    ['a file as its address', sms('', { url: 'file:///etc/passwd' }), 'factors.sms.url'],
    ['a header of ours', sms('    headers: { Host: inside }'), 'factors.sms.headers.Host'],
    ['two lines in a header', sms('    headers: { a: "b\\r\\nc: d" }'), 'factors.sms.headers.a'],
    ['no text', sms('', { json: '{ to: "{to}" }' }), 'factors.sms'],
    ['no number', sms('', { json: '{ text: "{text}" }' }), 'factors.sms'],
    ['a place that is none', sms('', { json: '{ to: "{to}", text: "{text} {phone}" }' }), 'factors.sms'],
    ['two bodies', sms('    form: { to: "{to}", text: "{text}" }'), 'factors.sms'],
    [
      'a sender that is not there',
      sms('', { json: '{ to: "{to}", text: "{text}", f: "{sender}" }' }),
      'factors.sms.sender',
    ],
    ['the whole world', sms('    prefixes: ["+"]'), 'factors.sms.prefixes.0'],
    ['a number in place of a prefix', sms('    prefixes: [31]'), 'factors.sms.prefixes.0'],
    ['a success that is none', sms('    accepted: { status: [302] }'), 'factors.sms.accepted.status.0'],
    ['a key file that is not there', sms('    secretFile: none'), 'factors.sms.secretFile'],
    ['a setting that is unknown', sms('    redirects: 3'), 'factors.sms.redirects'],
  ])('refuses %s, with its place', (_what, factors, path) => {
    expect(problems(load(factors)).map(problem => problem.split(': ')[0])).toContain(path);
  });

  it('takes what a gateway calls its fields for no setting of ours', () => {
    const json = '{ to: "{to}", text: "{text}", skipAuth: true, bypass: { ignoreNetworks: 1 } }';
    expect(load(sms('', { json }))).toMatchObject({ ok: true });
  });

  it('may listen on this machine in plain http', () => {
    expect(load(sms('', { url: 'http://127.0.0.1:9000/sms' }))).toMatchObject({ ok: true });
  });
});

describe('R20: which mailboxes get codes', () => {
  const mailboxes = (line: string) => `  email: { mailboxes: { ${line} } }`;

  it('is stated of every app: there is no default', () => {
    expect(problems(load(mailboxes('post: same-password, stukken: separate')))[0]).toContain(
      'factors.email.mailboxes: nothing about the app wiki',
    );
    expect(problems(load('  email: {}')).join()).toContain('factors.email.mailboxes');
  });

  it('needs a mail server', () => {
    const line = mailboxes('post: same-password, wiki: same-password, stukken: separate');
    expect(problems(load(line, { mail: '' }))).toEqual([
      expect.stringContaining('factors.email: no mail server / the section mail'),
    ]);
  });

  it('is one of three words, of apps that are there', () => {
    const found = problems(load(mailboxes('post: safe, wiki: same-password, stuken: separate, stukken: separate')));
    expect(found.join('\n')).toMatch(/factors\.email\.mailboxes\.post: "safe" \/ separate \(the password/);
    const misspelt = load(mailboxes('post: same-password, wiki: same-password, stuken: separate, stukken: separate'));
    expect(misspelt).toMatchObject({
      problems: [{ path: 'factors.email.mailboxes.stuken', hint: 'did you mean stukken?' }],
    });
  });

  it('cannot differ for apps that share a password: separate for one, opened by it for another', () => {
    const found = problems(
      load(mailboxes('post: same-password, wiki: separate, stukken: separate'), { domains: '[gemeente.test]' }),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('factors.email.mailboxes.wiki: separate, beside same-password for post');
    expect(load(mailboxes('post: same-password, wiki: demands-mfa, stukken: separate'))).toMatchObject({ ok: true });
  });

  it('beside a webmail, separate needs the domains of the mailboxes that it shows: no code goes there', () => {
    const line = mailboxes('post: separate, wiki: separate, stukken: separate');
    expect(problems(load(line)).join()).toContain('realms.gemeente.domains');
    const loaded = load(line, { domains: '[gemeente.test]' });
    if (!loaded.ok) throw new Error('refused');
    const rules = loaded.settings.factors.email?.mailboxes;
    expect(rules?.get('wiki')).toEqual({ word: 'separate', own: ['gemeente.test'] });
    expect(rules?.get('stukken')).toEqual({ word: 'separate', own: [] });
  });
});
