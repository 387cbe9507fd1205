import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cli, openCli } from './cli-bench.ts';

let cli: Cli;
beforeEach(() => {
  cli = openCli();
  const yaml = readFileSync(cli.config, 'utf8')
    .replace('    domains: [gemeente.test]', '    domains: [gemeente.test]\n    groups: { beheer: [bert] }')
    .concat(
      `    routes:
      - { path: /beheer/*, class: vertrouwelijk, groups: [beheer] }
      - { path: /instellingen, methods: [POST], level: 2, maxAge: 10m }
classes: { vertrouwelijk: 3 }
`,
    );
  cli.write('sluis.yaml', yaml);
});
afterEach(() => {
  cli.remove();
});

const seed = '3132333435363738393031323334353637383930';
const run = (...args: string[]) => cli.run(...args, '--config', cli.config);
const origin = () => /origin: (\S+)/.exec(readFileSync(cli.config, 'utf8'))?.[1] ?? '';
const explain = (path: string, ...args: string[]) => run('explain', `${origin()}${path}`, ...args);

describe('R50 sluis explain', () => {
  it('R03 says what would suffice, and holds once that was given', async () => {
    const before = await explain('/beheer/x', '--user', ' Bert@gemeente.test ');
    expect(before).toMatchObject({ code: 0, err: '' });
    expect(before.out).toContain('factors: none');
    expect(before.out).toMatch(/NOT +session-present/);
    expect(before.out).toContain('  sluis tokens hand-out <serial> bert --realm gemeente\n');

    await run('tokens', 'import', cli.write('t.csv', `serial,seed,type\nA-1,${seed},hotp\n`));
    expect((await run('tokens', 'hand-out', 'A-1', 'bert', '--realm', 'gemeente')).code).toBe(0);
    const after = await explain('/beheer/x', '--user', 'bert');
    expect(after.out).toMatch(/level 3, only people of beheer: the first rule that matches/);
    expect(after.out).toMatch(/apps\.\w+\.routes\.0 {2}\/beheer\/\*.*\(class vertrouwelijk\)/);
    expect(after.out).toContain('groups: beheer');
    expect(after.out).toMatch(/Outcome\n {2}let through/);
    expect(after.out).not.toMatch(/NOT |not asked/);
    const low = await explain('/beheer/x', '--user', 'bert', '--level', '2');
    expect(low.out).toMatch(/NOT +level-reached/);
    expect(low.out).toContain('and is asked for it');
    for (const { out } of [before, after, low]) expect(out).not.toMatch(/31323334|GEZDG/);
  });

  it('R03 tells who is not in the group that no factor helps', async () => {
    const { code, out } = await explain('/open/..%2fbeheer/x', '--user', 'anna', '--level', '4');
    expect(code).toBe(0);
    expect(out).toMatch(/NOT +group-allowed/);
    expect(out).toMatch(/not asked +level-reached/);
    expect(out).toContain('add anna to realms.gemeente.groups.beheer');
    expect(out).toContain('the strictest of all readings together');
    expect(out).toContain('read as GET /beheer/x');
  });

  it('R04 says beside level 1 why it is accepted, and so does doctor, with where', async () => {
    const yaml = readFileSync(cli.config, 'utf8').replace(
      '/instellingen, methods: [POST], level: 2',
      '/laag, level: 1',
    );
    cli.write('sluis.yaml', `${yaml}levels: { acceptLevel1: { reason: openbare stukken } }\n`);
    expect((await explain('/laag')).out).toContain('levels.acceptLevel1 accepts (R04): openbare stukken');
    expect((await explain('/postvak')).out).not.toContain('acceptLevel1');
    expect((await run('doctor')).out).toMatch(
      /level 1 is accepted \(levels\.acceptLevel1\): openbare stukken; opens in \w+/,
    );
  });

  it('takes method and age of the factor', async () => {
    const args = ['--user', 'anna', '--level', '2', '--factor-age', '20m'];
    expect((await explain('/instellingen', ...args)).out).toMatch(/Outcome\n {2}let through/);
    const { out } = await explain('/instellingen', ...args, '--method', 'post');
    expect(out).toMatch(/NOT +factor-fresh/);
    expect(out).toContain('a factor passed in the last 10 minutes');
  });

  it.each([
    [
      'a URL that no app serves',
      () => ['http://elders.localhost/x', '--user', 'anna'],
      /No app is served at elders\.localhost/,
    ],
    ['the portal', () => [origin().replace(/\/\/\w+\./, '//sluis.'), '--user', 'anna'], /is the portal/],
    ['an address of ours', () => [`${origin()}/_sluis/next`], /An address of Sluis itself/],
    ['a public page', () => [`${origin()}/login`], /public: the app's login page/],
    ['somebody unknown', () => [`${origin()}/postvak`, '--user', 'niemand'], /niemand: not known to Sluis/],
    ['a name that nobody can have', () => [`${origin()}/postvak`, '--user', 'an<b>na'], /not a name that \w+ accepts/],
    ['nobody in particular', () => [`${origin()}/beheer`], /level 3, only people of beheer/],
  ])('says it plainly of %s', async (_what, args, words) => {
    const { code, out, err } = await run('explain', ...args());
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(words);
  });

  it.each([
    ['no address', ['post/beheer']],
    ['a password in it', ['http://anna:Geheim-2026@post.localhost/']],
    ['a level that there is not', ['http://post.localhost/', '--level', '5']],
    ['an age that is none', ['http://post.localhost/', '--factor-age', 'long']],
    ['a method that is none', ['http://post.localhost/', '--method', 'GE T']],
    ['nothing', []],
  ])('refuses %s with 64, and repeats no secret', async (_what, args) => {
    const { code, out, err } = await run('explain', ...args);
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).not.toMatch(/Geheim|^\s+at /m);
  });

  it('changes nothing: no person comes to be, and nothing is in the audit', async () => {
    const before = (await run('audit', 'tail')).out;
    await explain('/postvak', '--user', 'niemand');
    expect((await run('users', 'show', 'niemand')).code).toBe(65);
    expect((await run('audit', 'tail')).out).toBe(before);
  });
});
