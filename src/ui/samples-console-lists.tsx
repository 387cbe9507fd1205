import type { Child } from 'hono/jsx';
import type { ConsolePage } from './console-layout.tsx';
import { actPage } from './pages-console.tsx';
import { type AccessRow, accessPage, personAccessPage, type ReachProps, reachPage } from './pages-console-access.tsx';
import { configurationPage, explainPage } from './pages-console-configuration.tsx';
import { type OperatorRow, operatorsPage } from './pages-console-operators.tsx';
import { handOutFields, importFields, inviteFields, operatorFields, takeBackFields } from './pages-console-parts.tsx';
import { codePage, peoplePage, personPage } from './pages-console-people.tsx';
import { tokenPage, tokensPage } from './pages-console-tokens.tsx';
import { trailSamples } from './samples-console-audit.ts';
import { inviteSamples } from './samples-invite.ts';

const hostile = '"><script>alert(1)</script>&amp;';
const tokens = { csrf: 'sample', attempt: 'sample' };
const noon = Date.UTC(2026, 10, 22, 12);

const sort = { href: '/people?sort=name', now: 'ascending' } as const;
const person = {
  name: `anna${hostile}`,
  email: `anna@gemeente.test${hostile}`,
  state: 'enrolled',
  since: noon,
} as const;
const token = {
  serial: `SN0001${hostile}`,
  href: '/tokens/SN0001',
  kind: 'TOTP 30 s',
  state: 'out',
  owner: { name: person.name, href: '/people/gemeente/anna' },
  since: noon,
} as const;
const realms = [
  ['gemeente', 'Gemeente Voorbeeld'],
  ['inwoners', `Inwoners ${hostile}`],
] as const;

/** One example of every list of the console, of what stands behind its rows, and of the forms that change it. */
export function consoleListSamples(page: ConsolePage): [string, string][] {
  return [
    ...peopleSamples(page),
    ...trailSamples(page),
    ...accessSamples(page),
    ...configurationSamples(page),
    ...tokenSamples(page),
    ...operatorSamples(page),
    ...formSamples(page),
  ];
}

function peopleSamples(page: ConsolePage): [string, string][] {
  const row = { ...person, href: '/people/gemeente/anna', kinds: ['totp', 'webauthn'] as const, lastUsedAt: noon };
  const people = {
    action: '/people',
    realms,
    realm: 'gemeente',
    search: '',
    state: undefined,
    total: 50_000,
    whole: false,
    rows: [
      row,
      { ...row, name: 'bram', state: 'invited' as const, kinds: [], email: undefined, lastUsedAt: undefined },
    ],
    sort: { name: sort, since: { ...sort, now: undefined } },
    everybody: undefined,
    first: '/people',
    next: '/people?from=bram',
    file: '/people.csv',
    invite: '/invite',
    inviteMany: '/invite-many',
  };
  const known = {
    ...person,
    realm: 'Gemeente Voorbeeld',
    invitedUntil: undefined,
    deskCodeUntil: noon,
    reportedUntil: noon,
    recoveryLeft: 9,
    closedWhy: undefined,
    factors: [{ kind: 'totp', label: `Telefoon ${hostile}`, level: 2, boundAt: noon, lastUsedAt: noon }],
    sessions: [{ app: 'Webmail', beganAt: noon, lastSeen: noon, level: 2 }],
    devices: [{ name: `Laptop ${hostile}`, since: noon, until: noon }],
    acts: [{ title: page.t('console.end-sessions'), href: '/people/gemeente/anna/end-sessions' }],
  } as const;
  const code = {
    title: 'Activeringscode',
    name: person.name,
    code: 'K7PM-3XQ2-9DTR-5W0N',
    until: noon,
    back: '/people',
  };
  return [
    ['console-people', peoplePage(page, people)],
    [
      'console-people-none',
      peoplePage(page, {
        ...{ ...people, rows: [], search: hostile, sort: undefined },
        ...{ first: undefined, next: undefined, everybody: '/people' },
      }),
    ],
    ['console-person', personPage(page, known)],
    [
      'console-person-closed',
      personPage(page, {
        ...known,
        state: 'closed',
        closedWhy: `uit dienst ${hostile}`,
        factors: [],
        sessions: [],
        devices: [],
        acts: [],
      }),
    ],
    ['console-code', codePage(page, { ...code, address: 'https://beheer.example.org/invitation' })],
  ];
}

function accessSamples(page: ConsolePage): [string, string][] {
  const beheer: AccessRow = {
    ...{ app: `Wiki ${hostile}`, path: '/beheer/*', methods: ['POST'], parameters: { do: 'admin' }, maxAge: 600_000 },
    ...{ level: 3, levelFor: { beheer: 4 }, groups: ['beheer'], reach: 3, short: 1, href: '/access/wiki/0' },
    by: { kinds: new Map([['hardware-token', 3]]) },
  };
  const other: AccessRow = {
    ...{ ...beheer, path: '*', methods: [], parameters: {}, maxAge: undefined, level: 2, levelFor: {} },
    ...{ groups: undefined, reach: 48_211, short: 1_789, href: '/access/wiki/other' },
    by: {
      levels: new Map([
        [2, 48_000],
        [3, 211],
      ]),
    },
  };
  const row = {
    name: person.name,
    href: '/people/gemeente/anna',
    level: 3,
    owned: ['totp', 'hardware-token'],
  } as const;
  const props: ReachProps = {
    ...{ app: 'Wiki', route: '/beheer/*', view: 'reach', back: '/access', file: '/access/wiki/0/people.csv' },
    ...{ views: { reach: '?view=reach', short: '?view=short' }, first: undefined, next: '?from=1' },
    rows: [{ ...row, suffice: ['hardware-token'] }],
  };
  const short: ReachProps = {
    ...{ ...props, view: 'short', first: '?view=short', next: undefined },
    rows: [
      { ...row, suffice: [], owned: ['totp'] },
      { ...row, href: undefined, suffice: [], owned: [] },
    ],
  };
  const hers = [
    { ...beheer, suffice: undefined },
    { ...other, suffice: ['totp'] as const },
  ];
  return [
    ['console-access', accessPage(page, { rows: [beheer, other], file: '/access.csv' })],
    ['console-reach', reachPage(page, props)],
    ['console-reach-short', reachPage(page, short)],
    ['console-reach-none', reachPage(page, { ...short, rows: [] })],
    ['console-reach-person', personAccessPage(page, { name: person.name, back: '/', rows: hers })],
  ];
}

function configurationSamples(page: ConsolePage): [string, string][] {
  return [
    [
      'console-configuration',
      configurationPage(page, { text: `{ "data": "/var/lib/sluis${hostile}" }`, explain: '/explain' }),
    ],
    [
      'console-explain',
      explainPage(page, {
        action: '/explain',
        url: `https://wiki.example.org/${hostile}`,
        user: 'anna',
        method: 'GET',
        text: `Rule: level 2 ${hostile}`,
        back: '/',
      }),
    ],
  ];
}

function tokenSamples(page: ConsolePage): [string, string][] {
  return [
    [
      'console-tokens',
      tokensPage(page, {
        action: '/tokens',
        search: '',
        rows: [token],
        all: undefined,
        first: undefined,
        next: '/tokens?from=x',
        imports: '/import-tokens',
      }),
    ],
    [
      'console-token',
      tokenPage(page, {
        ...token,
        algorithm: 'SHA1',
        digits: 6,
        manufacturer: `Maker ${hostile}`,
        importedAt: noon,
        register: [{ at: noon, type: 'token.handed-out', name: person.name, by: 'hans@gemeente.test' }],
        takeBack: '/tokens/SN0001/take-back',
      }),
    ],
  ];
}

function operatorSamples(page: ConsolePage): [string, string][] {
  const operator: OperatorRow = {
    email: `eva@gemeente.test${hostile}`,
    name: `Eva ${hostile}`,
    role: 'admin',
    state: 'able',
    factors: ['totp'],
    asked: undefined,
    mandate: { by: 'command: root', from: noon, until: noon },
    acts: { renew: '/operators/1/renew', end: '/operators/1/end', again: '/operators/1/invite' },
  };
  const asked: OperatorRow = {
    ...{ ...operator, email: 'hans@gemeente.test', name: 'Hans', state: 'asked', acts: undefined },
    asked: {
      ...{ by: `bram@gemeente.test${hostile}`, at: noon, reason: `nieuwe collega ${hostile}`, role: 'helpdesk' },
      ...{ confirm: '/operators/2/confirm/a', refuse: '/operators/2/refuse/a' },
    },
  };
  return [
    [
      'console-operators',
      operatorsPage(page, { rows: [operator, { ...operator, acts: undefined }, asked], invite: '/invite-operator' }),
    ],
  ];
}

function formSamples(page: ConsolePage): [string, string][] {
  const desk = { from: 3, methods: [['document', `Paspoort ${hostile}`] as const] } as const;
  return [
    ['console-invite', formSample(page, 'console.invite', inviteFields(page.t, { realms, asksName: true, desk }))],
    ...inviteSamples(page, {
      hostile,
      realms: realms,
      form: (fields, after) => formSample(page, 'console.invite-many', fields, after),
    }),
    ['console-import', formSample(page, 'console.import', importFields(page.t))],
    ['console-hand-out', formSample(page, 'console.hand-out', handOutFields(page.t))],
    ['console-take-back', formSample(page, 'console.take-back', takeBackFields(page.t))],
    [
      'console-operator',
      formSample(
        page,
        'console.operators.invite',
        operatorFields(page.t, { asksWho: true, role: 'helpdesk', until: '2027-11-22' }),
      ),
    ],
  ];
}

type Act = 'invite' | 'invite-many' | 'import' | 'hand-out' | 'take-back' | 'operators.invite';

function formSample(page: ConsolePage, title: `console.${Act}`, fields: Child, after?: Child): string {
  const { t } = page;
  const will = t(`${title}.will`, { name: 'anna' });
  const failed = { mistake: 'console.refused.file', detail: [`line 3: no account name ${hostile}`] } as const;
  return actPage(page, {
    ...{ title: t(title), consequences: [will], submit: t(title) },
    ...{ action: '/invite', tokens, back: '/people', asksReason: true, fields, upload: true, after },
    ...(title === 'console.import' ? failed : {}),
  });
}
