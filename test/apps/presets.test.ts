import { beforeAll, describe, expect, it } from 'vitest';
import { entryOf, isSignedOutAnswer } from '../../src/policy/match.ts';
import { readTarget } from '../../src/policy/target.ts';
import { dokuwiki as dokuwikiPreset } from '../../src/preset/dokuwiki.ts';
import type { Preset } from '../../src/preset/preset.ts';
import { roundcube as roundcubePreset } from '../../src/preset/roundcube.ts';
import { dokuwiki, missing, passwords, roundcube } from '../support/apps.ts';
import { Client, type ClientAnswer } from '../support/client.ts';
import { header } from '../support/raw-http.ts';

/** What the presets say, held against the apps themselves: a new release of an app that breaks one is seen here. */
describe.skipIf(missing('roundcube'))('the Roundcube preset and Roundcube', () => {
  const preset = roundcubePreset;
  let port = 0;
  beforeAll(async () => {
    port = Number(new URL(await roundcube({ patient: true })).port);
  });

  it('opens every file that the login page asks for', async () => {
    expect(await closedFiles(preset, await person(port).get(preset.login.page))).toEqual([]);
  });

  it.each(['anna', 'ANNA@Gemeente.Test', ' anna '])(
    'R08 sees the proof for %j, and whose account it is',
    async spelling => {
      const anna = person(port);
      expect(hasProof(preset, await signIn(anna, spelling, passwords.anna))).toBe(true);
      expect(await account(preset, anna)).toBe('anna@gemeente.test');
    },
  );

  it('R08 reads the account even where the person called herself otherwise', async () => {
    const bram = person(port);
    await signIn(bram, 'bram', passwords.bram);
    await bram.get('/?_task=mail&_mbox=%3Cspan%20class%3D%22header-title%20username%22%3Ecarla%3C/span%3E');
    expect(await account(preset, bram)).toBe('bram@gemeente.test');
  });

  it('sees a failure as one, with a fixed set of fields in the next form', async () => {
    const carla = person(port);
    const answer = await signIn(carla, 'carla', 'wrong');
    expect([answer.status, hasProof(preset, answer)]).toEqual([preset.failure?.status, false]);
    expect(misfits(preset, answer)).toEqual([]);
  });

  it('sees the end of the session of the app in a page, and only there', async () => {
    const anna = person(port);
    await signIn(anna, 'anna', passwords.anna);
    const targets = ['/?_task=mail', '/?_task=settings&_action=about&_framed=1', '/skins/elastic/watermark.html'];
    for (const target of targets) expect([target, isGone(preset, await anna.get(target))]).toEqual([target, false]);
    anna.jar.set('roundcube_sessid', '0'.repeat(26));
    const gone = await anna.get('/?_task=mail&_action=compose');
    expect([isGone(preset, gone), gone.setCookies]).toEqual([true, []]);
  });

  it('knows a sign-out by its answer', async () => {
    const anna = person(port);
    await signIn(anna, 'anna', passwords.anna);
    expect((await anna.get('/?_task=logout')).setCookies).toEqual([]);
    const token = /"request_token":"([^"]+)"/.exec((await anna.get('/?_task=settings&_action=about')).text)?.[1];
    const answer = await anna.get(`/?_task=logout&_token=${token}`);
    expect(answer.setCookies.map(line => line.split(';')[0])).toEqual(['roundcube_sessauth=-del-']);
    expect(misfits(preset, answer)).toEqual([]);
  });

  async function signIn(client: Client, user: string, password: string): Promise<ClientAnswer> {
    const form = await client.get(preset.login.page);
    expect(misfits(preset, form)).toEqual([]);
    return client.post('/?_task=login', { ...fieldsOf(form), _user: user, _pass: password });
  }
});

describe.skipIf(missing('dokuwiki'))('the DokuWiki preset and DokuWiki', () => {
  const preset = dokuwikiPreset;
  let port = 0;
  beforeAll(async () => {
    port = Number(new URL(await dokuwiki()).port);
  });

  it('opens every picture, style and script that the login page asks for, and not its background work', async () => {
    const closed = await closedFiles(preset, await person(port).get(preset.login.page));
    expect(closed.map(file => file.split('?')[0])).toEqual(['/lib/exe/taskrunner.php']);
  });

  it.each(['anna', 'Anna', ' anna '])('R08 sees the proof for %j, and whose account it is', async spelling => {
    const anna = person(port);
    const answer = await signIn(anna, spelling, passwords.anna);
    expect([hasProof(preset, answer), accountInProof(answer)]).toEqual([true, 'anna']);
  });

  it('sees a failure as one', async () => {
    const answer = await signIn(person(port), 'anna', 'wrong');
    expect([answer.status, hasProof(preset, answer)]).toEqual([preset.failure?.status, false]);
    expect(misfits(preset, answer)).toEqual([]);
  });

  it('knows a sign-out by its answer', async () => {
    const anna = person(port);
    await signIn(anna, 'anna', passwords.anna);
    const page = await anna.get(preset.landing);
    const link = /href="([^"]*do=logout[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(removed(await anna.get('/doku.php?id=start&do=logout'))).toBe(false);
    expect(removed(await anna.get(link))).toBe(true);
  });

  async function signIn(client: Client, user: string, password: string): Promise<ClientAnswer> {
    const form = await client.get(preset.login.page);
    expect(misfits(preset, form)).toEqual([]);
    return client.post('/doku.php?id=start', { ...fieldsOf(form), u: user, p: password });
  }

  function accountInProof(answer: ClientAnswer): string | undefined {
    const proof = answer.setCookies.map(line => /^DW[0-9a-f]{32}=([^;]*)/.exec(line)?.[1]).findLast(Boolean) ?? '';
    const group = preset.whoami.from === 'cookie' ? preset.whoami.value.exec(proof)?.[1] : undefined;
    return group === undefined ? undefined : Buffer.from(group, 'base64').toString();
  }

  function removed(answer: ClientAnswer): boolean {
    return answer.setCookies.some(line => /^DW[0-9a-f]{32}=deleted;/.test(line));
  }
});

function person(port: number): Client {
  return new Client(port, { host: `127.0.0.1:${port}` });
}

/** The last Set-Cookie of the proof decides. */
function hasProof(preset: Preset, answer: ClientAnswer): boolean {
  const pairs = answer.setCookies.map(line => /^([^=]*)=([^;]*)/.exec(line) ?? []);
  const value = pairs.findLast(([, name = '']) => preset.proof.cookie.test(name))?.[2];
  return value !== undefined && !preset.proof.not.includes(value);
}

async function account(preset: Preset, client: Client): Promise<string | undefined> {
  if (preset.whoami.from !== 'request') return undefined;
  const page = await client.get(preset.whoami.path);
  expect(page.body.length).toBeLessThan(256 * 1024);
  return preset.whoami.body.exec(page.text)?.[1];
}

function isGone(preset: Preset, answer: ClientAnswer): boolean {
  return isSignedOutAnswer(preset.signedOutAnswer, answer.status, name => header(answer, name));
}

/** The hidden fields of the one form that posts. */
function fieldsOf(page: ClientAnswer): Record<string, string> {
  const form = /<form[^>]*method="post"[\s\S]*?<\/form>/.exec(page.text)?.[0] ?? '';
  const inputs = [...form.matchAll(/<input[^>]*>/g)].map(([input]) => input);
  const pairs = inputs
    .filter(input => !/type="checkbox"/.test(input))
    .map(input => [attribute(input, 'name'), attribute(input, 'value')] as const);
  return Object.fromEntries(pairs);
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return value.replaceAll('&amp;', '&');
}

/** Fields of the page's form that the preset would refuse, and fields that it misses. */
function misfits(preset: Preset, page: ClientAnswer): string[] {
  const fields = fieldsOf(page);
  const refused = Object.entries(fields).filter(([name, value]) => {
    const field = preset.signIn.fields[name];
    if (field?.role === 'fixed') return value !== field.value;
    return field === undefined || (field.role === 'free' && !field.pattern.test(value));
  });
  const absent = Object.entries(preset.signIn.fields).filter(
    ([name, field]) => !(name in fields) && !('optional' in field && field.optional === true),
  );
  return [...refused.map(([name, value]) => `${name}=${value}`), ...absent.map(([name]) => `no ${name}`)];
}

/** Styles, scripts and pictures of a page that a person without a session could not load. */
async function closedFiles(preset: Preset, page: ClientAnswer): Promise<string[]> {
  expect(page.status).toBe(200);
  const tags = [...page.text.matchAll(/<(?:script|img|link)\b[^>]*>/g)].map(([tag]) => tag);
  const wanted = tags.filter(tag => !tag.startsWith('<link') || /rel="(?:stylesheet|shortcut icon)"/.test(tag));
  const files = wanted.map(tag => attribute(tag, 'src') || attribute(tag, 'href')).filter(Boolean);
  expect(files.length).toBeGreaterThan(5);
  return files.filter(file => {
    const { pathname, search } = new URL(file, 'http://app.test/');
    return entryOf(preset, 'GET', readTarget(pathname + search)) !== 'asset';
  });
}
