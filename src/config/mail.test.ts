import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'password'), 'geheim\n');
writeFileSync(join(folder, 'ca.pem'), '-----BEGIN CERTIFICATE-----\n');

function load(mail: string, realm = '') {
  const text = `
version: 1
data: ./data
realms:
  gemeente: { title: Gemeente, portal: "http://sluis.localhost:8080", firstFactor: activation-code${realm} }
apps:
  post: { title: Post, realm: gemeente, origin: "http://post.localhost:8080", upstream: "http://127.0.0.1:8081", preset: demo }
${mail}
`;
  return loadSettings(text, { folder, presets: { named, generic: genericPreset } });
}

function problems(mail: string, realm = ''): readonly string[] {
  const loaded = load(mail, realm);
  return loaded.ok ? [] : loaded.problems.map(({ path, found, expected }) => `${path}: ${found}: ${expected}`);
}

describe('R37: the section mail', () => {
  it('is off unless it stands there', () => {
    expect(load('')).toMatchObject({ ok: true, settings: { mail: undefined } });
  });

  it.each([
    ['', 'starttls', 587],
    [', tls: implicit', 'implicit', 465],
    [', tls: none, port: 2525', 'none', 2525],
  ])('needs a host and a sender only, and demands TLS unless told otherwise%s', (more, tls, port) => {
    const loaded = load(`mail: { host: localhost, from: Sluis@Gemeente.NL${more} }`);
    expect(loaded).toMatchObject({ ok: true, warnings: [] });
    expect(loaded.ok && loaded.settings.mail).toEqual({
      host: 'localhost',
      port,
      tls,
      serverName: undefined,
      ca: undefined,
      user: undefined,
      passwordFile: undefined,
      from: 'Sluis@gemeente.nl',
      replyTo: undefined,
      signalsTo: [],
    });
  });

  it('names files from the folder of the configuration', () => {
    const mail =
      'mail: { host: mail.gemeente.nl, from: sluis@gemeente.nl, user: sluis, passwordFile: password, ca: ca.pem, signalsTo: [csirt@gemeente.nl] }';
    expect(load(mail)).toMatchObject({
      ok: true,
      warnings: [],
      settings: {
        mail: { passwordFile: join(folder, 'password'), ca: join(folder, 'ca.pem'), signalsTo: ['csirt@gemeente.nl'] },
      },
    });
  });

  it.each([
    ['host: "smtp://mail.gemeente.nl", from: a@b.nl', 'mail.host'],
    ['host: "mail.gemeente.nl:25", from: a@b.nl', 'mail.host'],
    ['host: mail.gemeente.nl', 'mail.from'],
    ['host: mail.gemeente.nl, from: "Sluis <a@b.nl>"', 'mail.from'],
    ['host: mail.gemeente.nl, from: "a@b.nl\\r\\nBcc: c@d.nl"', 'mail.from'],
    ['host: mail.gemeente.nl, from: a@b.nl, passwordFile: password', 'mail.passwordFile'],
    ['host: mail.gemeente.nl, from: a@b.nl, user: x, passwordFile: not-there', 'mail.passwordFile'],
    ['host: mail.gemeente.nl, from: a@b.nl, ca: password', 'mail.ca'],
    ['host: mail.gemeente.nl, from: a@b.nl, tls: none, user: x', 'mail.tls'],
    ['host: localhost, from: a@b.nl, tls: none, ca: ca.pem', 'mail.ca'],
    ['host: mail.gemeente.nl, from: a@b.nl, tls: off', 'mail.tls'],
    ['host: mail.gemeente.nl, from: a@b.nl, signalsTo: []', 'mail.signalsTo'],
    ['host: mail.gemeente.nl, from: a@b.nl, password: x', 'mail'],
  ])('refuses { %s } at %s', (mail, path) => {
    const found = problems(`mail: { ${mail} }`);
    expect(found).toHaveLength(1);
    expect(found[0]?.startsWith(path), found[0]).toBe(true);
  });

  it('says of mail that the network can read what that means', () => {
    const loaded = load('mail: { host: mail.gemeente.nl, from: a@b.nl, tls: none }');
    expect(loaded).toMatchObject({ ok: true, warnings: [{ path: 'mail.tls' }] });
  });

  it('shows no password that stands where none belongs', () => {
    expect(problems('mail: { host: localhost, from: a@b.nl, password: hunter2 }').join()).not.toContain('hunter2');
  });
});

describe('the time zone of a realm', () => {
  it('is that of the Netherlands, or one that there is', () => {
    const zone = (realm: string) => {
      const loaded = load('', realm);
      return loaded.ok ? loaded.settings.realms.get('gemeente')?.timeZone : undefined;
    };
    expect(zone('')).toBe('Europe/Amsterdam');
    expect(zone(', timeZone: America/Curacao')).toBe('America/Curacao');
    expect(problems('', ', timeZone: Europe/Zierikzee')).toHaveLength(1);
  });
});
