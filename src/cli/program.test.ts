import { beforeEach, describe, expect, it } from 'vitest';
import { type ErrorCode, errorCodes, SluisError } from '../kernel/errors.ts';
import { type Commands, exitCodeOf, runProgram } from './program.ts';

let out: string;
let err: string;
let called: [string, unknown][];
let answer: () => Promise<number>;
const terminal = {
  out: (text: string) => {
    out += text;
  },
  err: (text: string) => {
    err += text;
  },
  version: '1.2.3',
};

/** Every command notes what it was asked, and answers what the test says. */
const note = (name: string) => (options: unknown) => {
  called.push([name, options]);
  return answer();
};
const commands: Commands = {
  serve: note('serve'),
  protect: note('protect'),
  check: note('check'),
  doctor: note('doctor'),
  usersInvite: note('usersInvite'),
  usersList: note('usersList'),
  usersSignOut: note('usersSignOut'),
  usersShow: note('usersShow'),
  usersMail: note('usersMail'),
  devicesList: note('devicesList'),
  devicesRemove: note('devicesRemove'),
  devicesSharedLink: note('devicesSharedLink'),
  usersRename: note('usersRename'),
  usersClose: note('usersClose'),
  usersOpen: note('usersOpen'),
  usersLiftReport: note('usersLiftReport'),
  resetList: note('resetList'),
  resetShow: note('resetShow'),
  resetToken: () => note('resetToken')({}),
  tokensImport: note('tokensImport'),
  tokensList: note('tokensList'),
  tokensHandOut: note('tokensHandOut'),
  tokensTakeBack: note('tokensTakeBack'),
  adminInvite: note('adminInvite'),
  adminLocalPassword: note('adminLocalPassword'),
  peopleExport: note('peopleExport'),
  peopleErase: note('peopleErase'),
  explain: note('explain'),
  mailTest: note('mailTest'),
  smsTest: note('smsTest'),
  auditTail: note('auditTail'),
  auditVerify: note('auditVerify'),
};
const run = (...args: string[]) => runProgram(args, commands, terminal);
const config = 'config/sluis.yaml';

beforeEach(() => {
  out = '';
  err = '';
  called = [];
  answer = () => Promise.resolve(0);
});

describe('check', () => {
  it('says what no configuration shows: apps in a foreign frame are not supported', async () => {
    expect(await run('check')).toBe(0);
    expect(called).toEqual([['check', { config }]]);
    expect(out).toMatch(/^Note: .*in a frame of another site is not supported/);
    expect(err).toBe('');
  });

  it('says nothing of the kind for other commands, nor beside mistakes', async () => {
    await run('serve');
    answer = () => Promise.reject(new SluisError('config.invalid', 'this is wrong'));
    expect(await run('check')).toBe(78);
    expect(out).toBe('');
  });
});

describe('the command line asks for', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['serve', 'serve', { config }],
    ['serve --config x.yaml', 'serve', { config: 'x.yaml' }],
    ['doctor', 'doctor', { config }],
    [
      'users invite anna',
      'usersInvite',
      {
        config,
        name: 'anna',
        csv: undefined,
        letter: false,
        replace: false,
        reason: undefined,
        validity: undefined,
        realm: undefined,
      },
    ],
    [
      'users invite --csv l.csv --letter --validity 2d --realm r',
      'usersInvite',
      { name: undefined, csv: 'l.csv', letter: true, validity: 172_800_000, realm: 'r' },
    ],
    ['users invite anna --replace --reason lost', 'usersInvite', { replace: true, reason: 'lost' }],
    ['users list --realm r', 'usersList', { config, realm: 'r' }],
    ['users show anna', 'usersShow', { config, name: 'anna', realm: undefined }],
    ['devices list anna --realm r', 'devicesList', { config, name: 'anna', realm: 'r' }],
    ['devices remove anna', 'devicesRemove', { config, name: 'anna', device: undefined, realm: undefined }],
    ['devices remove anna Xy1', 'devicesRemove', { name: 'anna', device: 'Xy1' }],
    ['devices shared-link', 'devicesSharedLink', { config, realm: undefined }],
    ['audit tail', 'auditTail', { config, lines: 20, json: false }],
    ['audit tail -n 5 --json', 'auditTail', { lines: 5, json: true }],
    ['audit verify', 'auditVerify', { config, head: undefined }],
    [
      `audit verify --head 12:${'a_-'.repeat(15).slice(0, 43)}`,
      'auditVerify',
      { head: { number: 12, hash: 'a_-'.repeat(15).slice(0, 43) } },
    ],
    [
      'protect http://h --preset demo',
      'protect',
      {
        url: 'http://h',
        preset: 'demo',
        listen: { address: '127.0.0.1', port: 8080 },
        domain: undefined,
        data: './sluis-data',
        invite: [],
      },
    ],
    [
      'protect http://h --preset generic --listen [::1]:81 --domain a.b --invite x y',
      'protect',
      { listen: { address: '::1', port: 81 }, domain: 'a.b', invite: ['x', 'y'] },
    ],
    ['protect http://h --preset demo --listen localhost:81', 'protect', { listen: { address: '127.0.0.1', port: 81 } }],
    ['protect http://h --preset demo --listen 81', 'protect', { listen: { address: '127.0.0.1', port: 81 } }],
  ])('%s', async (line, name, options) => {
    expect(await run(...line.split(' '))).toBe(0);
    expect(called).toEqual([[name, expect.objectContaining(options)]]);
    expect([out, err]).toEqual(['', '']);
  });
});

describe('the command line refuses with 64, and calls nothing', () => {
  it.each([
    '',
    'users',
    'audit',
    'nonsense',
    'serve extra',
    'serve --nonsense',
    'serve --config',
    'users nonsense',
    'users invite',
    'users invite anna --csv x',
    'users invite anna bram',
    'users invite anna --validity soon',
    'users show',
    'audit tail -n 0',
    'audit tail -n 1e3',
    'audit verify --head 12',
    'protect',
    'protect http://h',
    'protect http://h --preset nonsense',
    'protect http://h --preset demo --listen 0',
    'protect http://h --preset demo --listen 65536',
    'protect http://h --preset demo --listen host.test:80',
    'protect http://h --preset demo --listen 127.0.0.1:80:81',
  ])('%j', async line => {
    expect(await run(...line.split(' ').filter(word => word !== ''))).toBe(64);
    expect(called).toEqual([]);
    expect(out).toBe('');
    expect(err).not.toBe('');
    expect(err).not.toMatch(/^\s+at /m);
  });

  it('saying which command was meant', async () => {
    await run('serv');
    expect(err).toContain('serve');
  });
});

it('help says defaults as they are typed', async () => {
  await run('protect', '--help');
  expect(out).toMatch(/default:\s+127\.0\.0\.1:8080\)/);
  expect(out).not.toMatch(/[{}[\]]"|default: \[\]/);
});

it.each(['--help', 'help', 'users --help', 'help users'])(
  '%s is what was asked for: standard output and 0',
  async line => {
    expect(await run(...line.split(' '))).toBe(0);
    expect(out).toContain('Usage: sluis');
    expect(err).toBe('');
  },
);

it('--version says the version', async () => {
  expect(await run('--version')).toBe(0);
  expect(out).toBe('1.2.3\n');
});

describe('the exit code', () => {
  it('is that of the command', async () => {
    answer = () => Promise.resolve(1);
    expect(await run('audit', 'verify')).toBe(1);
  });

  it.each<[ErrorCode, number]>([
    ['config.invalid', 78],
    ['config.unreadable', 78],
    ['cli.usage', 64],
    ['listen.in-use', 69],
    ['listen.not-permitted', 77],
    ['data.unwritable', 73],
    ['store.unavailable', 75],
    ['data.shared', 75],
    ['data.newer', 65],
    ['data.wrong-key', 65],
    ['account.unknown', 65],
    ['enrolment.refused', 65],
  ])('of %s is %i, with what is wrong and what to do', async (code, exit) => {
    answer = () =>
      Promise.reject(new SluisError(code, 'this is wrong', { remedy: 'do that', cause: new Error('inner') }));
    expect(await run('check')).toBe(exit);
    expect(err).toBe('sluis: this is wrong\n  what to do: do that\n');
    expect(out).toBe('');
  });

  it('says no remedy where there is none', async () => {
    answer = () => Promise.reject(new SluisError('data.newer', 'this is wrong'));
    await run('check');
    expect(err).toBe('sluis: this is wrong\n');
  });

  it.each([new TypeError('boom'), 'boom'])('of a defect is 70, in one line without a stack', async thrown => {
    answer = () => Promise.reject(thrown);
    expect(await run('check')).toBe(70);
    expect(err).toBe('sluis: something went wrong that should not (boom)\n');
  });

  it('is never 0 for an error', () => {
    expect(errorCodes.map(code => exitCodeOf(new SluisError(code, ''))).filter(code => code < 64 || code > 78)).toEqual(
      [],
    );
  });
});

describe('users mail', () => {
  it('takes an address, or --remove: one of the two, so that looking never takes away', async () => {
    expect(await run('users', 'mail', 'anna', 'anna@gemeente.nl')).toBe(0);
    expect(await run('users', 'mail', 'anna', '--remove')).toBe(0);
    expect(called).toEqual([
      ['usersMail', { realm: undefined, config, name: 'anna', address: 'anna@gemeente.nl' }],
      ['usersMail', { realm: undefined, config, name: 'anna', address: undefined }],
    ]);
    expect(await run('users', 'mail', 'anna')).toBe(64);
    expect(await run('users', 'mail', 'anna', 'anna@gemeente.nl', '--remove')).toBe(64);
    expect(await run('users', 'invite', '--csv', 'x.csv', '--email', 'anna@gemeente.nl')).toBe(64);
    expect(called).toHaveLength(2);
  });
});

describe('reset, and people who come and go', () => {
  it.each([
    [
      ['reset', 'list'],
      ['resetList', { realm: undefined, config, all: false }],
    ],
    [
      ['reset', 'list', '--all'],
      ['resetList', { realm: undefined, config, all: true }],
    ],
    [
      ['reset', 'show', 'K7PM-3XQ2'],
      ['resetShow', { realm: undefined, config, number: 'K7PM-3XQ2' }],
    ],
    [
      ['users', 'rename', 'anna', 'anna.bos', '--reason', 'married'],
      ['usersRename', { realm: undefined, config, name: 'anna', to: 'anna.bos', reason: 'married' }],
    ],
    [
      ['users', 'close', 'anna', '--reason', 'left', '--free-name'],
      ['usersClose', { realm: undefined, config, name: 'anna', reason: 'left', freeName: true }],
    ],
    [
      ['users', 'open', 'anna', '--reason', 'is back'],
      ['usersOpen', { realm: undefined, config, name: 'anna', reason: 'is back' }],
    ],
    [
      ['users', 'lift-report', 'anna', '--reason', 'pressed it by mistake'],
      ['usersLiftReport', { realm: undefined, config, name: 'anna', reason: 'pressed it by mistake' }],
    ],
  ])('%j', async (args, expected) => {
    expect(await run(...args)).toBe(0);
    expect(called).toEqual([expected]);
  });

  it('asks why an account is renamed, closed or opened, or a report taken back', async () => {
    for (const args of [
      ['rename', 'anna', 'bea'],
      ['close', 'anna'],
      ['open', 'anna'],
      ['lift-report', 'anna'],
    ])
      expect(await run('users', ...args)).toBe(64);
    expect(called).toEqual([]);
  });
});
