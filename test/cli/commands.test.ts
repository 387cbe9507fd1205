import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cli, openCli, type Run } from './cli-bench.ts';

const code = /\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b/g;
let cli: Cli;
beforeEach(() => {
  cli = openCli();
});
afterEach(() => {
  cli.remove();
});

/** Everybody's answer to a mistake: its exit code, a line that says what, one that says what to do, and no stack. */
function refused(run: Run, exit: number, ...texts: (string | RegExp)[]): void {
  expect(run).toMatchObject({ code: exit, out: '' });
  for (const text of texts) expect(run.err).toMatch(text);
  expect(run.err).not.toMatch(/^\s+at |node:internal|\.ts:\d|Error:/m);
}
const listed = async () => (await cli.run('users', 'list', '--config', cli.config)).out;

describe('R38 users invite', () => {
  it('prints a code, keeps it in the store, and shows the invitation afterwards', async () => {
    const run = await cli.run('users', 'invite', ' Anna@Gemeente.test ', '--config', cli.config);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out.match(code)).toHaveLength(1);
    expect(await listed()).toMatch(/^anna +no second step; invited until /);
    const shown = await cli.run('users', 'show', 'ANNA', '--config', cli.config);
    expect(shown.out).toMatch(/^name +anna\n/);
    expect(shown.out).not.toMatch(code);
  });

  it('rule 8 keeps the code out of the data folder', async () => {
    const run = await cli.run('users', 'invite', 'anna', '--config', cli.config);
    const [secret = ''] = run.out.match(code) ?? [];
    for (const file of ['sluis.db', 'sluis.db-wal'].map(name => join(cli.folder, 'data', name)).filter(existsSync)) {
      const bytes = readFileSync(file, 'latin1');
      expect(bytes).not.toContain(secret);
      expect(bytes).not.toContain(secret.replaceAll('-', ''));
    }
  });

  it('prints a code for everybody on a list, and letters', async () => {
    const csv = cli.write('list.csv', '\ufeffnaam;afdeling\r\n"Anna";Burgerzaken\r\nbram@gemeente.test;ICT\r\n\r\n');
    const run = await cli.run('users', 'invite', '--csv', csv, '--config', cli.config);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toMatch(/^anna,\S+\nbram,\S+\n$/);
    const letters = await cli.run('users', 'invite', '--csv', csv, '--letter', '--config', cli.config);
    expect(letters.out.split('\f')).toHaveLength(2);
    expect(new Set(letters.out.match(code)).size).toBe(2);
  });

  it('invites nobody where one line of a list is bad, and names every bad line', async () => {
    const csv = cli.write('list.csv', 'anna\nan<b>na\nbram\nANNA\n"carla\n,x\n');
    const run = await cli.run('users', 'invite', '--csv', csv, '--config', cli.config);
    refused(
      run,
      64,
      'line 2: "an<b>na"',
      'line 4: anna is on line 1',
      'line 5: a quote',
      'line 6: there is no name',
      'what to do',
    );
    expect(await listed()).toMatch(/^Nobody yet/);
  });

  it.each<[string, string[], number, RegExp]>([
    ['--replace without a reason', ['anna', '--replace'], 65, /needs a reason/],
    ['--replace with an empty reason', ['anna', '--replace', '--reason', ' '], 65, /needs a reason/],
    ['nobody', [], 64, /name one person/],
    ['a name and a list', ['anna', '--csv', 'x'], 64, /name one person/],
    ['a list that is not there', ['--csv', '/nowhere/list.csv'], 64, /cannot read \/nowhere\/list.csv/],
    ['a name beyond the alphabet', ['an<b>na'], 65, /"an<b>na" is not a name/],
    ['a foreign domain', ['anna@evil.test'], 65, /is not a name/],
    ['a duration that is none', ['anna', '--validity', '14'], 64, /expected a duration/],
    ['a realm that is not there', ['anna', '--realm', 'other'], 64, /there is no realm other[\s\S]*gemeente/],
  ])('refuses %s, and writes nothing', async (_title, args, exit, text) => {
    refused(await cli.run('users', 'invite', ...args, '--config', cli.config), exit, text);
    expect(await listed()).toMatch(/^Nobody yet/);
  });

  it('R37 --replace with its reason is in the audit', async () => {
    await cli.run('users', 'invite', 'anna', '--replace', '--reason', 'call 1234', '--config', cli.config);
    const tail = await cli.run('audit', 'tail', '--config', cli.config);
    expect(tail.out).toMatch(/call 1234/);
    expect(tail.out).not.toMatch(code);
  });
});

it('users show says who is not known, and how to see who is', async () => {
  refused(await cli.run('users', 'show', 'carla', '--config', cli.config), 65, 'carla is not known', 'users list');
});

describe('R37 audit', () => {
  it('tails what happened, as lines and as JSON, and verifies it', async () => {
    for (const name of ['anna', 'bram', 'carla']) await cli.run('users', 'invite', name, '--config', cli.config);
    const tail = await cli.run('audit', 'tail', '-n', '2', '--config', cli.config);
    expect(tail.out.trimEnd().split('\n')).toHaveLength(2);
    expect(tail.out).toMatch(/bram[\s\S]*carla/);
    const json = await cli.run('audit', 'tail', '--json', '--config', cli.config);
    expect(
      json.out
        .trimEnd()
        .split('\n')
        .map(line => (JSON.parse(line) as { number: number }).number),
    ).toEqual([1, 2, 3]);
    expect(await cli.run('audit', 'verify', '--config', cli.config)).toEqual({
      code: 0,
      out: expect.stringMatching(/^The audit trail is whole: 3 entries\.\nIts newest entry: 3:[\w-]{43}\n/),
      err: '',
    });
  });

  it.each(['0', '-1', 'x', '1e3', ''])('refuses to tail %j entries', async lines => {
    refused(await cli.run('audit', 'tail', `--lines=${lines}`, '--config', cli.config), 64, 'expected a number');
  });
});

describe('check', () => {
  it('says that a configuration is in order, and makes nothing', async () => {
    expect(await cli.run('check', '--config', cli.config)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\S+ is in order\.\nNote: .*frame of another site is not supported.*\n$/),
    });
    expect(existsSync(join(cli.folder, 'data'))).toBe(false);
  });

  it('tells every mistake at once, with its place, and exits 78', async () => {
    const text = readFileSync(cli.config, 'utf8')
      .replace('firstFactor: activation-code', 'firstFactor: self')
      .replace('preset: demo', 'preset: roundcub')
      .replace('realm: gemeente\n', 'realm: gemente\n    bypassNetworks: [10.0.0.0/8]\n    lvel: 2\n');
    const run = await cli.run('check', '--config', cli.write('bad.yaml', text));
    refused(
      run,
      78,
      /bad\.yaml cannot be used: \d mistakes/,
      'firstFactor',
      'did you mean roundcube',
      'did you mean gemeente',
      'bypassNetworks',
      'did you mean level',
      'what to do',
    );
    expect(run.err).toMatch(/bad\.yaml:\d+ /);
  });

  it.each([
    ['no file', () => '/nowhere/sluis.yaml', 'not there'],
    ['a folder', () => cli.folder, 'a folder, not a file'],
    ['nothing in it', () => cli.write('empty.yaml', ''), 'version'],
    ['no YAML in it', () => cli.write('broken.yaml', 'a: [\n\tb'), 'not YAML'],
  ])('says what is wrong with %s', async (_title, file, text) => {
    refused(await cli.run('check', '--config', file()), 78, text);
  });
});

describe('a data folder that cannot be written', () => {
  it.each(['users list', 'users invite anna', 'audit verify', 'serve'])('ends %s with 73', async words => {
    cli.write('file', 'in the way');
    const config = cli.write('other.yaml', readFileSync(cli.config, 'utf8').replace('./data', './file/data'));
    refused(await cli.run(...words.split(' '), '--config', config), 73, 'file/data', 'what to do');
    expect(readFileSync(join(cli.folder, 'file'), 'utf8')).toBe('in the way');
  });

  it('ends protect with 73', async () => {
    cli.write('file', 'in the way');
    const run = await cli.run(
      'protect',
      'http://127.0.0.1:9',
      '--preset',
      'demo',
      '--data',
      join(cli.folder, 'file/data'),
    );
    refused(run, 73, 'file/data', '--data');
  });
});

it('R38 keeps the data folder for its owner', async () => {
  await cli.run('users', 'invite', 'anna', '--config', cli.config);
  const mode = (name: string) => statSync(join(cli.folder, 'data', name)).mode & 0o777;
  expect([mode('.'), mode('keys'), mode('sluis.db')]).toEqual([0o700, 0o600, 0o600]);
});
