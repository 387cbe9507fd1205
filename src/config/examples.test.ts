import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings, loadSettingsFile } from './load.ts';
import { formatProblems } from './problem.ts';

const presets = { named, generic: genericPreset };
const configFolder = join(import.meta.dirname, '..', '..', 'config');
const examples = readdirSync(join(configFolder, 'examples'));

// Made for this test alone; it opens nothing.
const certificate = `-----BEGIN CERTIFICATE-----
MIIBgjCCASegAwIBAgIURngnyrA8swAaNAh3DgSbT4jcgvowCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKc2x1aXMudGVzdDAgFw0yNjExMjIwMzU4MzVaGA8yMTI2MTAy
OTAzNTgzNVowFTETMBEGA1UEAwwKc2x1aXMudGVzdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABBlOq0P3CYPC9DH6DBqY47XN3FLD9BlxxksbXYDPwM0cmHdFv2M7
+Fv2lGeu78Y8/Iy1xasoP5r8Euikv3Gtq1SjUzBRMB0GA1UdDgQWBBTkih1M2Pwm
PKFBDE0CDoXfrwv8oDAfBgNVHSMEGDAWgBTkih1M2PwmPKFBDE0CDoXfrwv8oDAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQC9qeweqQ2NgIt9g77w
2SEsZNRBmbEG4LuaHAOXPPb/kAIhAKHs15IRgIh6dbwct6OVLFv5xDZNx8QZtW3k
sW0dNejN
-----END CERTIFICATE-----
`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsXEDDtQLzMtCeT+j
1Z803hhf/HT7WmQYrx2kxVWfIuihRANCAAQZTqtD9wmDwvQx+gwamOO1zdxSw/QZ
ccZLG12Az8DNHJh3Rb9jO/hb9pRnru/GPPyMtcWrKD+a/BLopL9xratU
-----END PRIVATE KEY-----
`;

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluis-config-'));
  writeFileSync(join(folder, 'fullchain.pem'), certificate);
  writeFileSync(join(folder, 'intern-ca.pem'), certificate);
  writeFileSync(join(folder, 'private.pem'), key);
  writeFileSync(join(folder, 'keys'), '');
  for (const secret of ['sms-key', 'ldap-password', 'oidc-secret']) writeFileSync(join(folder, secret), 'x');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An example as it stands, its files looked for in our folder. */
function example(name: string): string {
  const text = readFileSync(join(configFolder, 'examples', name), 'utf8');
  return text.replaceAll('/etc/sluis/tls/', './').replaceAll('/etc/sluis/', './');
}

describe('the configuration that npm start uses', () => {
  it('is taken as it is, without a warning', () => {
    const loaded = loadSettingsFile(join(configFolder, 'sluis.yaml'), { presets });
    if (!loaded.ok) throw new Error(formatProblems(loaded.problems, 'sluis.yaml'));
    expect(loaded.warnings).toEqual([]);
    expect(loaded.settings.dataFolder).toBe(join(configFolder, '..', 'data'));
    expect(loaded.settings.apps).toMatchObject([{ id: 'post', preset: { name: 'demo' } }]);
  });

  it('shows settings in its comments that are right as well', () => {
    const text = readFileSync(join(configFolder, 'sluis.yaml'), 'utf8')
      .replace(
        /^( *)# ((tls|redirect|theme|routes|groups|classes|balancers|nameCharacters|management|stop|mail|trust):.*)$/gm,
        '$1$2',
      )
      .replace(
        /^( *)# ( {2,}(- path|methods|level|days|maxAge|class|groups|beheer|intern|vertrouwelijk|certificate|key|address|port|acmeFolder|css|logo|notice|drain): .*)$/gm,
        '$1$2',
      )
      .replace(/^# {3}((host|user|from|replyTo|signalsTo): )/gm, '  $1');
    const loaded = loadSettings(text, { folder, presets, highestLevel: 3 });
    const places = (loaded.ok ? [] : loaded.problems).map(problem => problem.path);
    // Every part is read; only files that are not here, and http addresses beside TLS, are complained of.
    expect(places.filter(path => !/tls|acmeFolder|theme|portal|origin/.test(path))).toEqual([]);
    expect(places.length).toBeGreaterThan(0);
  });
});

describe('the examples', () => {
  it('are there for every preset and every way to stand in front of an app', () => {
    expect(examples).toEqual(
      expect.arrayContaining([
        'behind-nginx.yaml',
        'dokuwiki.yaml',
        'generic.yaml',
        'roundcube.yaml',
        'single-host.yaml',
        'sms-cm.yaml',
        'sms-spryng.yaml',
      ]),
    );
  });

  it.each(examples)('%s is taken, without a warning but those of level 1', name => {
    const loaded = loadSettings(example(name), { folder, presets });
    if (!loaded.ok) throw new Error(formatProblems(loaded.problems, name));
    expect(loaded.warnings.filter(({ found }) => found !== 'level 1')).toEqual([]);
  });
});

describe('files', () => {
  const problemsWith = (from: string, to: string) => {
    const loaded = loadSettings(example('roundcube.yaml').replace(from, to), { folder, presets });
    return loaded.ok ? [] : loaded.problems;
  };

  it('says that a certificate and a key do not belong together', () => {
    expect(problemsWith('key: ./private.pem', 'key: ./keys')).toMatchObject([{ path: 'listen.tls' }]);
  });

  it('says that a CA file holds no certificate', () => {
    expect(problemsWith('ca: ./intern-ca.pem', 'ca: ./private.pem')).toMatchObject([
      { path: 'apps.webmail.upstream.ca' },
    ]);
  });

  it('names the file that is not there and what to do', () => {
    expect(problemsWith('ca: ./intern-ca.pem', 'ca: ./other.pem')).toMatchObject([
      { path: 'apps.webmail.upstream.ca', found: `${join(folder, 'other.pem')}: not there`, hint: expect.anything() },
    ]);
  });

  it('wants http origins no more once TLS is on', () => {
    expect(problemsWith('https://webmail.', 'http://webmail.').map(({ path }) => path)).toContain(
      'apps.webmail.origin',
    );
  });
});

describe('the sign-in of an app without a preset', () => {
  it('wants listed names where the app does not say whose account it is', () => {
    const silent = example('generic.yaml').replace(/whoami: .*/, 'whoami: { from: nothing }');
    const loaded = loadSettings(silent, { folder, presets });
    expect(loaded).toMatchObject({ ok: false, problems: [{ path: 'realms.gemeente.names' }] });
    const listed = silent.replace('firstFactor:', 'names: [anna, bram]\n    firstFactor:');
    expect(loadSettings(listed, { folder, presets }).ok).toBe(true);
  });

  const problemsWith = (from: string, to: string) => {
    const text = example('generic.yaml');
    expect(text).toContain(from);
    const loaded = loadSettings(text.replace(from, to), { folder, presets });
    return loaded.ok ? [] : loaded.problems;
  };

  it.each([
    ['proofCookie: sessionid', 'proofCookie: "(a+)+"', 'signIn.proofCookie'],
    ['proofCookie: sessionid', 'proofCookie: "(a"', 'signIn.proofCookie'],
    ['body: \'data-username="([^"]+)"\'', 'body: data-username', 'signIn.whoami.body'],
    ['from: request', 'from: guess', 'signIn.whoami.from'],
    ['from: request, path', 'from: request, pth', 'signIn.whoami.pth'],
    ['pattern: "[A-Za-z0-9]{64}"', 'pattern: x, value: y', 'signIn.otherFields.csrfmiddlewaretoken'],
    ['userField: username', 'userfield: username', 'signIn.userfield'],
    ['action: /accounts/login/', 'action: accounts', 'signIn.action'],
    ['loginPage: /accounts/login/', 'loginPage: //', 'signIn.loginPage'],
  ])('%s -> %s', (from, to, path) => {
    expect(problemsWith(from, to).map(problem => problem.path)).toContain(`apps.vergunningen.${path}`);
  });
});
