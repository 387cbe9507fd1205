import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { until } from '../support/redis.ts';
import { freePort } from '../support/sluis.ts';
import { type Cli, configuration, openCli } from './cli-bench.ts';

let cli: Cli;
let server: MailServer;
let mailed: string;
beforeEach(async () => {
  const port = await freePort();
  cli = openCli(port);
  server = await startMailServer({ user: { name: 'sluis', password: 'geheim één' } });
  cli.write('ca.pem', server.ca);
  cli.write('password', 'geheim één\n');
  const mail = `mail: { host: localhost, port: ${server.port}, user: sluis, passwordFile: password, ca: ca.pem, from: sluis@gemeente.test }`;
  mailed = cli.write('mail.yaml', `${configuration(port)}${mail}\n`);
});
afterEach(async () => {
  await server.close();
  cli.remove();
});

describe('mail on the command line', () => {
  it('R37 what a command did while nobody served is told once somebody does', async () => {
    const invited = await cli.run('users', 'invite', 'anna', '--email', 'anna@gemeente.test', '--config', mailed);
    expect(invited).toMatchObject({ code: 0, err: '' });
    await cli.run('users', 'mail', 'anna', 'a.devries@post.example.org', '--config', mailed);
    expect((await cli.run('users', 'show', 'anna', '--config', mailed)).out).toMatch(/^mail +a\.devries@post/m);
    expect(server.taken).toEqual([]);
    const running = await cli.start('serve', '--config', mailed);
    const changed = () =>
      server.taken.filter(({ mail: { text } }) => text?.includes('Het mailadres van uw account is veranderd.'));
    await until(async () => changed().length === 2);
    expect(await running.stop()).toMatchObject({ code: 0 });
    expect(
      changed()
        .flatMap(({ to }) => to)
        .sort(),
    ).toEqual(['a.devries@post.example.org', 'anna@gemeente.test']);
    const code = /\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b/;
    // Where commands take seconds, the invitation was told in a mail before.
    for (const { mail, secure, user } of server.taken) {
      expect([secure, user]).toEqual([true, 'sluis']);
      // Mail is no way for secrets: a code is nobody's but who hands it over.
      expect(mail.text).not.toMatch(code);
    }
    const { out } = await cli.run('audit', 'tail', '-n', '50', '--json', '--config', mailed);
    expect(out).toContain('mail.sent');
    expect(out).not.toMatch(/anna@|devries@|geheim/);
    expect((await cli.run('audit', 'verify', '--config', mailed)).code).toBe(0);
  });

  it('mail test and doctor say whether it works', async () => {
    expect(await cli.run('mail', 'test', 'beheer@gemeente.test', '--config', mailed)).toMatchObject({
      code: 0,
      err: '',
    });
    expect(server.taken).toHaveLength(1);
    expect((await cli.run('doctor', '--config', mailed)).out).toMatch(/ok +the mail server localhost:\d+ answers/);
    cli.write('password', 'geheim twee\n');
    const run = await cli.run('mail', 'test', 'beheer@gemeente.test', '--config', mailed);
    expect(run).toMatchObject({ code: 69 });
    expect(run.out).toMatch(/did not take it: it does not let us sign in \(5\.7\.8\)/);
    expect(run.out).not.toContain('geheim');
    expect((await cli.run('mail', 'test', 'beheer@gemeente.test', '--config', cli.config)).code).toBe(64);
  });
});
