import { beforeEach, describe, expect, test } from 'vitest';
import { type Bench, minute, openBench, realm, source, withTotp } from '../../test/vectors/factor-bench.ts';
import type { Level } from '../config/settings.ts';
import { giveDeskCode } from '../enrolment/desk-code.ts';
import { Addresses } from '../notice/addresses.ts';
import { type InviteRequest, type UsersDeps, usersInvite, usersList, usersMail, usersShow } from './users.ts';

let bench: Bench;
let deps: UsersDeps;
let printed: string;
let ended: string[];
beforeEach(async () => {
  bench = await openBench();
  printed = '';
  ended = [];
  deps = {
    people: bench.people,
    activation: bench.activation,
    addresses: new Addresses({ people: bench.people, audit: bench.deps.audit }),
    clock: bench.clock,
    firstFactor: { 2: 'activation-code', 3: 'desk', 4: 'desk' },
    normalise: typed => (/^[a-z0-9._-]+$/i.test(typed.trim()) ? typed.trim().toLowerCase() : undefined),
    letter: {
      organisation: 'Gemeente Voorbeeld',
      apps: [{ title: 'Webmail', address: 'https://mail.gemeente.test' }],
      desk: { place: 'Stadhuis, kamer 12', hours: '9-17 uur', phone: '14 0123' },
      timeZone: 'Europe/Amsterdam',
    },
    endSessions: async (_realm, name) => {
      ended.push(name);
      return ended.length;
    },
    by: 'beheerder',
  };
});

const out = (text: string) => {
  printed += text;
};
const one: InviteRequest = {
  realm,
  who: { name: ' Anna ' },
  letter: false,
  replace: false,
  reason: undefined,
  level: 2,
  validity: 14 * 24 * 60 * minute,
};
const list = (csv: string): InviteRequest => ({ ...one, who: { csv } });
const allDesk = { 2: 'desk', 3: 'desk', 4: 'desk' } as const;
const codes = () => printed.match(/[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/g) ?? [];
const accept = (name: string, code = '') => bench.activation.accept({ realm, name, code, source });

describe('R38 users invite', () => {
  test('prints a code that works, with its end', async () => {
    await usersInvite(deps, one, out);
    expect(printed).toContain('Valid until 2026-03-16T09:00:00Z');
    expect(await accept('anna', codes()[0])).toMatchObject({ outcome: 'accepted' });
  });

  test('a letter says in Dutch and English what, where, until when', async () => {
    await usersInvite(deps, { ...one, letter: true }, out);
    expect(new Set(codes()).size).toBe(1);
    expect(await accept('anna', codes()[0])).toMatchObject({ outcome: 'accepted' });
    for (const text of [
      'Gemeente Voorbeeld',
      'Voor: anna',
      'Webmail: https://mail.gemeente.test',
      'tot 16 maart 2026 om 10:00.',
      'until 16 March 2026 at 10:00.',
      'Stadhuis, kamer 12',
    ]) {
      expect(printed).toContain(text);
    }
    expect(Math.max(...printed.split('\n').map(line => line.length))).toBeLessThanOrEqual(72);
  });

  test('a list as spreadsheets write it: mark, heading, quotes, semicolons, empty lines', async () => {
    const csv = '\uFEFFNaam;Afdeling\r\nanna;Burgerzaken\r\n"bram";"x;y"\r\n\r\ncarla\r\n';
    await usersInvite(deps, { ...list(csv), letter: true }, out);
    expect(printed.split('\f')).toHaveLength(3);
    expect((await bench.people.list(realm)).map(({ name }) => name)).toEqual(['anna', 'bram', 'carla']);
  });

  test('without letters a list gives name and code a line', async () => {
    await usersInvite(deps, list('anna,1\nbram,2\n'), out);
    expect(printed).toMatch(/^anna,[0-9A-Z-]{19}\nbram,[0-9A-Z-]{19}\n$/);
  });

  test('one bad line refuses the whole, every bad line is named, nothing is written', async () => {
    await withTotp(bench, 'dirk');
    const csv = 'anna\nan<b>na\n,x\nANNA\n"bram\ndirk\ncarla\n';
    await expect(usersInvite(deps, list(csv), out)).rejects.toMatchObject({
      code: 'cli.usage',
      message: expect.stringMatching(/line 2: .*\nline 3: .*\nline 4: anna is on line 1 already\nline 5: .*quote/),
    });
    await expect(usersInvite(deps, list('anna\ndirk\n'), out)).rejects.toMatchObject({
      message: expect.stringContaining('line 2: dirk has a second step already'),
    });
    await expect(usersInvite(deps, list('naam\n\n'), out)).rejects.toMatchObject({ code: 'cli.usage' });
    expect(printed).toBe('');
    expect((await bench.people.list(realm)).map(({ name }) => name)).toEqual(['dirk']);
  });

  test('replacing needs a reason, and a name that apps refuse is refused', async () => {
    await withTotp(bench, 'anna');
    const refused = { code: 'enrolment.refused' };
    await expect(usersInvite(deps, one, out)).rejects.toMatchObject(refused);
    await expect(usersInvite(deps, { ...one, replace: true }, out)).rejects.toMatchObject(refused);
    await expect(usersInvite(deps, { ...one, who: { name: 'ánna' } }, out)).rejects.toMatchObject({
      code: 'account.name-refused',
    });
    await expect(usersInvite(deps, { ...one, validity: 0 }, out)).rejects.toMatchObject({ code: 'cli.usage' });
    expect(printed).toBe('');
    await usersInvite(deps, { ...one, replace: true, reason: 'phone lost' }, out);
    expect(await accept('anna', codes()[0])).toMatchObject({ outcome: 'accepted', replaces: true });
  });
});

describe('R38 users invite where the desk hands codes over', () => {
  test('one code is printed for one person at the desk, and the audit says by whom', async () => {
    await usersInvite({ ...deps, firstFactor: allDesk }, one, out);
    expect(printed).toContain('Hand it over at the desk only');
    expect(await accept('anna', codes()[0])).toMatchObject({ outcome: 'accepted' });
    expect(bench.events[0]).toMatchObject({ type: 'person.invited', name: 'anna', by: 'beheerder' });
  });

  test.each([
    ['a letter', { ...one, letter: true }],
    ['a list', list('anna\nbram\n')],
    ['letters for a list', { ...list('anna\n'), letter: true }],
  ])('%s is refused, and nobody is invited', async (_what, request) => {
    const refused = { code: 'enrolment.refused', remedy: expect.stringContaining('sluis users invite <name>') };
    await expect(usersInvite({ ...deps, firstFactor: allDesk }, request, out)).rejects.toMatchObject(refused);
    expect(printed).toBe('');
    expect(bench.events).toEqual([]);
    await usersInvite(deps, request, out);
    expect(printed).not.toContain('at the desk only');
  });

  const levels = [2, 3, 4] as const;
  const ways: readonly (readonly [string, (level: Level) => InviteRequest])[] = [
    ['a letter', level => ({ ...one, level, letter: true })],
    ['a list', level => ({ ...list('anna\nbram\n'), level })],
    ['letters for a list', level => ({ ...list('anna\n'), level, letter: true })],
    ['a letter that replaces', level => ({ ...one, level, letter: true, replace: true, reason: 'all lost' })],
  ];
  test.each(ways)(
    'level by level, where nothing else is said %s reaches level 2 and no further',
    async (_what, asked) => {
      for (const level of [3, 4] as const)
        await expect(usersInvite(deps, asked(level), out)).rejects.toMatchObject({
          code: 'enrolment.refused',
          message: expect.stringContaining(`level ${level}`),
          remedy: expect.stringMatching(new RegExp(`--level ${level}\\. .*realms\\.${realm}\\.firstFactor`)),
        });
      expect([printed, bench.events]).toEqual(['', []]);
      await usersInvite(deps, asked(2), out);
      expect(codes().length).toBeGreaterThan(0);
    },
  );

  test.each(ways)('level by level, %s goes as far as the configuration says', async (_what, asked) => {
    const firstFactor = { 2: 'activation-code', 3: 'activation-code', 4: 'desk' } as const;
    for (const level of levels) {
      const invited = usersInvite({ ...deps, firstFactor }, asked(level), out);
      if (level === 4) await expect(invited).rejects.toMatchObject({ code: 'enrolment.refused' });
      else await invited;
    }
  });

  test('one code of each level is printed for who stands there; from level 3 on it says so', async () => {
    for (const level of levels) {
      printed = '';
      await usersInvite(deps, { ...one, level }, out);
      expect(printed.includes('Hand it over at the desk only'), `${level}`).toBe(level > 2);
      expect(bench.events.at(-1)).toMatchObject({ type: 'person.invited', upTo: level });
    }
    expect(await accept('anna', codes()[0])).toMatchObject({ permission: { upTo: 4 } });
  });
});

describe('users list and show', () => {
  test('everybody is listed with the second step and the open invitation', async () => {
    await usersList(deps, { realm }, out);
    expect(printed).toContain('Nobody yet');
    printed = '';
    await withTotp(bench, 'bram');
    await usersInvite(deps, one, () => {});
    await usersList(deps, { realm }, out);
    expect(printed).toMatch(/^anna +no second step; invited until 2026-03-16T\S+\nbram +totp\n$/);
  });

  test('one person is shown without a secret', async () => {
    const { secret, factor, person } = await withTotp(bench, 'anna');
    await bench.recovery.make(person, { factor: factor.id, source });
    await usersShow(deps, { realm, name: 'ANNA' }, out);
    expect(printed).toContain('totp "Telefoon", level 2, bound 2026-03-02T09:00:00Z by activation-code, never used');
    expect(printed).toContain('10 codes left');
    expect(printed).not.toContain(secret);
    await expect(usersShow(deps, { realm, name: 'bram' }, out)).rejects.toMatchObject({ code: 'account.unknown' });
  });
});

test('R39: a code of the desk is shown with its end, and never the code itself', async () => {
  const { person } = await withTotp(bench, 'anna');
  await usersShow(deps, { realm, name: 'anna' }, out);
  expect(printed).not.toContain('desk code');
  const given = { person, by: 'balie', reason: 'telefoon thuis', method: 'document' };
  const { code } = await giveDeskCode(bench.deps, given);
  printed = '';
  await usersShow(deps, { realm, name: 'anna' }, out);
  expect(printed).toContain('desk code given 2026-03-02T09:01:00Z, until 2026-03-03T09:01:00Z, level 2');
  expect(printed).not.toContain(code);
});

describe('R33 R37 mail addresses', () => {
  const emails = async (...names: string[]) =>
    Promise.all(names.map(async name => (await bench.people.byName(realm, name))?.email));
  const mailEvents = () => bench.events.filter(({ type }) => type === 'person.mail-set');

  test('an invitation gives one, and an address that is none invites nobody', async () => {
    await usersInvite(deps, { ...one, who: { name: 'anna', email: ' Anna@Gemeente.NL ' } }, out);
    expect(await emails('anna')).toEqual(['Anna@gemeente.nl']);
    expect(mailEvents()).toMatchObject([{ name: 'anna', by: 'beheerder', change: 'added', domain: 'gemeente.nl' }]);
    const bad = usersInvite(deps, { ...one, who: { name: 'bram', email: 'bram@gemeente.nl\r\nBcc: x@y.nl' } }, out);
    await expect(bad).rejects.toMatchObject({ code: 'cli.usage' });
    expect(await bench.people.byName(realm, 'bram')).toBeUndefined();
  });

  test.each([
    ['a second column with an @', 'anna,anna@gemeente.nl\nbram,Bram Jansen\n'],
    [
      'a column that a heading names',
      'Naam;Afdeling;E-mailadres\nanna;"Burger; zaken";anna@gemeente.nl\nbram;x@y.nl;\n',
    ],
  ])('a list gives them: %s', async (_, csv) => {
    await usersInvite(deps, list(csv), out);
    expect(await emails('anna', 'bram')).toEqual(['anna@gemeente.nl', undefined]);
    expect(printed).toMatch(/^anna,[0-9A-Z-]+\nbram,[0-9A-Z-]+\n$/);
  });

  test('a list with one bad address invites nobody and names the line', async () => {
    const csv = 'naam,e-mail\nanna,anna@gemeente.nl\nbram,bram at gemeente.nl\n';
    await expect(usersInvite(deps, list(csv), out)).rejects.toThrow(
      /line 3: "bram at gemeente.nl" is not a mail address/,
    );
    expect(await emails('anna', 'bram')).toEqual([undefined, undefined]);
  });

  test('users mail changes and takes away; the log has the domain only', async () => {
    await usersInvite(deps, { ...one, who: { name: 'anna', email: 'anna@gemeente.nl' } }, out);
    await usersMail(deps, { realm, name: 'anna', address: 'a.devries@post.example.org' }, out);
    expect(printed).toContain('Told to: anna@gemeente.nl and a.devries@post.example.org.');
    expect(await bench.people.byName(realm, 'anna')).toMatchObject({
      email: 'a.devries@post.example.org',
      formerEmail: 'anna@gemeente.nl',
    });
    await usersMail(deps, { realm, name: 'anna', address: 'a.devries@post.example.org' }, out);
    expect(printed).toContain('Nothing changes.');
    await usersMail(deps, { realm, name: 'anna', address: undefined }, out);
    expect(await emails('anna')).toEqual([undefined]);
    expect(mailEvents().map(event => 'change' in event && event.change)).toEqual(['added', 'changed', 'removed']);
    expect(JSON.stringify(mailEvents())).not.toMatch(/devries|anna@/);
    await expect(usersMail(deps, { realm, name: 'eve', address: 'e@x.nl' }, out)).rejects.toMatchObject({
      code: 'account.unknown',
    });
  });

  test('R07 an address of two people is named as such', async () => {
    for (const name of ['anna', 'bram']) await bench.people.create(realm, name);
    await usersMail(deps, { realm, name: 'anna', address: 'balie@gemeente.nl' }, out);
    expect(printed).not.toContain('Note');
    await usersMail(deps, { realm, name: 'bram', address: 'Balie@gemeente.nl' }, out);
    expect(printed).toContain('Note: 2 people have this address.');
  });
});
