import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { demo } from './demo.ts';
import { dokuwiki } from './dokuwiki.ts';
import { type GenericOptions, genericPreset } from './generic.ts';
import type { Preset, RequestMark } from './preset.ts';
import { presets } from './registry.ts';
import { roundcube } from './roundcube.ts';

const options: GenericOptions = {
  loginPage: '/login.php?mode=form',
  action: '/login.php',
  actionQuery: { step: '[0-9]' },
  userField: 'name',
  passwordField: 'pass',
  otherFields: { go: { value: 'Log in' }, token: {}, lang: { pattern: 'nl|en', optional: true } },
  proofCookie: 'SESS_[a-z]+',
  proofNot: ['0'],
  failure: { status: 302, location: '/login\\.php\\?.*' },
  whoami: { from: 'request', path: '/me', body: 'user: (\\w+)' },
  landing: '/home',
  assets: ['/css/'],
  signOut: { path: '/logout.php' },
  folding: 'php',
  signedOut: { status: 302, location: '/login\\.php' },
};

const all: [string, Preset][] = [...presets, ['generic', genericPreset(options)]];

describe.each(all)('preset %s', (_name, preset) => {
  it('anchors every pattern that is for a whole value, so that R01 holds for values with something before or after', () => {
    const loose = wholeValuePatterns(preset).filter(
      pattern => !/^\^.*\$$/s.test(pattern.source) || alternativesEscape(pattern),
    );
    expect(loose).toEqual([]);
  });

  it('keeps no state in its patterns', () => {
    expect(wholeValuePatterns(preset).filter(pattern => pattern.global || pattern.sticky || pattern.multiline)).toEqual(
      [],
    );
  });

  it('has one field for the name and one for the password', () => {
    const roles = Object.values(preset.signIn.fields).map(field => field.role);
    expect(roles.filter(role => role === 'user' || role === 'password').sort()).toEqual(['password', 'user']);
  });

  it('leads people to one of its own public login pages', () => {
    const page = new URL(preset.login.page, 'http://app.test');
    expect(opens(preset, page)).toBe(true);
  });

  it('never lets a proof or session cookie pass unsealed', () => {
    const session = preset.rotation.by === 'same-session-cookie' ? preset.rotation.cookie : undefined;
    expect(preset.readable.filter(name => preset.proof.cookie.test(name) || name === session)).toEqual([]);
  });

  it('counts an empty proof as none', () => {
    expect(preset.proof.not).toContain('');
  });
});

describe('roundcube', () => {
  it.each([
    ['_task=login&_err=session', true],
    ['_task=mail&_mbox=Project+X%2FNotulen&_uid=3&_action=show', true],
    ['_task=logout', false],
    ['_task=mail&_action=delete&_uid=1', false],
    ['_task=settings&_action=save-prefs', false],
    ['//evil.test/', false],
    ['_task=mail&_action=compose\n', false],
  ])('R08 `_url` %j steers to reading pages only: %s', (value, allowed) => {
    expect(freePattern(roundcube, '_url').test(value)).toBe(allowed);
  });

  it.each(['/?_task=login&_url=_task%3Dmail', '/?_task=mail', '/?_task=login&_action=login', '/index.php'])(
    'R01 %s is no login page',
    target => {
      expect(opens(roundcube, new URL(target, 'http://app.test'))).toBe(false);
    },
  );

  it('reads the account from its mail page', () => {
    expect(named(roundcube, '<span class="header-title username">anna@gemeente.test</span>')).toBe(
      'anna@gemeente.test',
    );
  });

  it('reads no account from text that a correspondent wrote', () => {
    expect(named(roundcube, '&lt;span class="header-title username"&gt;carla&lt;/span&gt;')).toBeUndefined();
  });

  it('tells its script that the session ended, in the form that saves the text being written', () => {
    const calls: unknown[][] = [];
    const rcmail = {
      display_message: (...args: unknown[]) => calls.push(['message', args[1]]),
      session_error: (...args: unknown[]) => calls.push(['session_error', ...args]),
    };
    const { exec } = JSON.parse(roundcube.scriptSignedOut?.body ?? '') as { exec: string };
    runInNewContext(`(function () { ${exec} }).call(rcmail)`, { rcmail });
    expect(calls).toEqual([
      ['message', 'error'],
      ['session_error', '/?_task=login&_err=session'],
    ]);
  });
});

describe('dokuwiki', () => {
  const cookie = 'YW5uYQ%3D%3D%7C1%7CPBkrgpmK5bilb4qi8OoPEDp1jDEremBcqej7vf5vgo4%3D';

  it('reads the account from the proof', () => {
    expect(fromCookie(dokuwiki, cookie)).toBe('anna');
  });

  it.each(['deleted', 'YW5u%2BQ%3D%3D%7C1%7Cx', 'YW5uYQ%3D%3D', `${cookie}\n`, ''])('R08 refuses to read %j', value => {
    expect(fromCookie(dokuwiki, value)).toBeUndefined();
  });

  it.each(['/doku.php?id=start', '/doku.php', '/doku.php?id=start&do=admin', '/doku.php?id=geheim&do=login'])(
    'R01 %s is no login page',
    target => {
      expect(opens(dokuwiki, new URL(target, 'http://app.test'))).toBe(false);
    },
  );

  it.each(['dokuwiki/css/x.css', 'dokuwiki/main.php', '../conf/x.png', 'dokuwiki/images/a.png/b.php'])(
    'R01 /lib/tpl/%s is no public file',
    rest => {
      expect(dokuwiki.assets.find(asset => asset.path === '/lib/tpl/')?.file?.test(rest)).toBe(false);
    },
  );
});

describe('demo', () => {
  it.each([
    ['/postvak?map=in', true],
    ['', true],
    ['//evil.test/', false],
    ['https://evil.test/', false],
    ['/\\evil.test', false],
  ])('`terug` %j stays on the same host: %s', (value, allowed) => {
    expect(freePattern(demo, 'terug').test(value)).toBe(allowed);
  });
});

describe('generic', () => {
  it('anchors what the configuration gives', () => {
    const preset = genericPreset({ ...options, otherFields: { lang: { pattern: 'nl|en' } } });
    expect(['nl', 'en', 'nlx', 'xen'].map(value => freePattern(preset, 'lang').test(value))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('takes the login page with its own query only', () => {
    const preset = genericPreset({ ...options, loginPage: '/in?a=1.5' });
    const open = ['/in?a=1.5', '/in', '/in?a=1x5', '/in?a=1.5&b=1'].map(page =>
      opens(preset, new URL(page, 'http://app.test')),
    );
    expect(open).toEqual([true, false, false, false]);
  });

  it('lets no other field take the place of the name or the password', () => {
    const preset = genericPreset({ ...options, otherFields: { pass: { value: 'x' } } });
    expect(preset.signIn.fields['pass']).toEqual({ role: 'password' });
  });
});

function wholeValuePatterns(preset: Preset): RegExp[] {
  const marks: readonly RequestMark[] = [
    ...preset.signOut.requests,
    ...preset.idle,
    ...preset.credentialPaths,
    ...preset.closed,
  ];
  return [
    ...preset.login.pages.flatMap(page => Object.values(page.query)),
    ...preset.assets.map(asset => asset.file),
    ...Object.values(preset.signIn.query),
    ...Object.values(preset.signIn.fields).map(field => (field.role === 'free' ? field.pattern : undefined)),
    preset.proof.cookie,
    preset.failure?.location,
    preset.signOut.answer?.location,
    preset.signedOutAnswer?.location,
    ...Object.values(preset.signedOutAnswer?.headers ?? {}),
    ...marks.flatMap(mark => Object.values(mark.parameters ?? {})),
    'value' in preset.whoami ? preset.whoami.value : undefined,
  ].filter(value => value instanceof RegExp);
}

/** `^a|b$` is anchored on one side of each: an alternative outside every group. */
function alternativesEscape(pattern: RegExp): boolean {
  let depth = 0;
  const bare = pattern.source.replace(/\\./g, '').replace(/\[[^\]]*\]/g, '');
  return [...bare].some(char => {
    depth += char === '(' ? 1 : char === ')' ? -1 : 0;
    return char === '|' && depth === 0;
  });
}

function opens(preset: Preset, target: URL): boolean {
  return preset.login.pages.some(
    page =>
      page.path === target.pathname &&
      [...target.searchParams].every(([name, value]) => page.query[name]?.test(value) === true) &&
      (page.required ?? []).every(name => target.searchParams.has(name)),
  );
}

function freePattern(preset: Preset, name: string): RegExp {
  const field = preset.signIn.fields[name];
  if (field?.role !== 'free') throw new Error(`${name} is not free`);
  return field.pattern;
}

function named(preset: Preset, page: string): string | undefined {
  return preset.whoami.from === 'request' ? preset.whoami.body.exec(page)?.[1] : undefined;
}

function fromCookie(preset: Preset, value: string): string | undefined {
  const group = preset.whoami.from === 'cookie' ? preset.whoami.value.exec(value)?.[1] : undefined;
  return group === undefined ? undefined : Buffer.from(group, 'base64').toString('latin1');
}
