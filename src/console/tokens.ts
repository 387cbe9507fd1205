import { readThread } from '../audit/threads.ts';
import { isForDesk } from '../enrolment/rules.ts';
import { handOut, takeBack } from '../factor/hardware-token/enrol.ts';
import type { PskcSecret } from '../factor/hardware-token/pskc.ts';
import { readPskcKey } from '../factor/hardware-token/pskc-key.ts';
import { readTokenFile } from '../factor/hardware-token/read-file.ts';
import type { HardwareToken } from '../factor/hardware-token/tokens.ts';
import { consoleRealm } from '../operator/operator.ts';
import { may } from '../operator/role.ts';
import type { MessageId } from '../ui/messages.ts';
import { handOutFields, importFields, takeBackFields } from '../ui/pages-console-parts.tsx';
import { tokenPage, tokensPage } from '../ui/pages-console-tokens.tsx';
import { refusedAccount } from './account-at-stake.ts';
import type { PostedForm } from './form.ts';
import { placeOfPerson } from './people.ts';
import { personAct } from './person-act.ts';
import type { ActRoute, Ask, ConsoleRoute, PageRoute } from './route.ts';
import { hasTaken, noteTaken } from './taken.ts';

const perPage = 50;
const last = '\u{10ffff}';

const tokensRoute: PageRoute = {
  method: 'GET',
  path: '/tokens',
  act: 'see-tokens',
  show: async ask => {
    const { c, deps, view, page, operator } = ask;
    const search = (c.req.query('search') ?? '').trim().slice(0, 80);
    const from = c.req.query('from')?.slice(0, 80);
    const exact = search === '' || from !== undefined ? undefined : await deps.tokens.find(search);
    const bounds = search === '' ? {} : { before: `${search}${last}` };
    const after = from ?? (search === '' ? undefined : search);
    const listed = await deps.tokens.list({ ...bounds, after, limit: perPage + 1 });
    const tokens = listed.slice(0, perPage);
    const at = (query: Record<string, string>) => view.at(`/tokens?${new URLSearchParams(query)}`);
    const html = tokensPage(page, {
      action: view.at('/tokens'),
      search,
      rows: await Promise.all((exact === undefined ? tokens : [exact, ...tokens]).map(token => rowOf(ask, token))),
      first: from === undefined ? undefined : at({ search }),
      all: search === '' && from === undefined ? undefined : view.at('/tokens'),
      next: listed.length > perPage ? at({ search, from: tokens.at(-1)?.serial ?? '' }) : undefined,
      imports: may(operator.role, 'import-tokens') ? view.at('/import-tokens') : undefined,
    });
    return view.html(c, html);
  },
};

async function rowOf({ deps, view }: Ask, token: HardwareToken) {
  const owner = token.owner === undefined ? undefined : await deps.people.byId(token.owner.person);
  return {
    serial: token.serial,
    href: view.at(placeOf(token.serial)),
    kind: token.period === undefined ? 'HOTP' : `TOTP ${token.period} s`,
    state: token.retired ? 'retired' : token.owner === undefined ? 'stock' : 'out',
    owner: owner && { name: owner.name, href: view.at(placeOfPerson(owner)) },
    since: token.owner?.since ?? token.importedAt,
  } as const;
}

function placeOf(serial: string): string {
  return `/tokens/${encodeURIComponent(serial)}`;
}

/** One token, and its register: who had it when (R07). */
const tokenRoute: PageRoute = {
  method: 'GET',
  path: '/tokens/:serial',
  act: 'see-tokens',
  show: async ask => {
    const { c, deps, view, page, operator } = ask;
    const token = await deps.tokens.find(ask.param('serial'));
    if (token === undefined) return view.refuse(c, 'not-found');
    const { entries } = await readThread(
      { store: deps.store, trail: deps.audit },
      { token: token.serial },
      { limit: 100 },
    );
    const register = entries.flatMap(({ at, event }) =>
      (event.type === 'token.handed-out' || event.type === 'token.returned') && event.serial === token.serial
        ? [{ at: Date.parse(at), type: event.type, name: event.name, by: event.by }]
        : [],
    );
    const takes = token.owner !== undefined && may(operator.role, 'take-back-token');
    const html = tokenPage(page, {
      ...(await rowOf(ask, token)),
      algorithm: token.algorithm.toUpperCase(),
      digits: token.digits,
      manufacturer: token.manufacturer,
      importedAt: token.importedAt,
      register,
      takeBack: takes ? view.at(`${placeOf(token.serial)}/take-back`) : undefined,
    });
    return view.html(c, html);
  },
};

const importRoute: ActRoute = {
  method: 'ACT',
  path: '/import-tokens',
  act: 'import-tokens',
  back: () => '/tokens',
  about: () => '',
  describe: async ({ page: { t } }) => ({
    title: t('console.import'),
    consequences: [t('console.import.will'), t('console.import.all')],
    submit: t('console.import'),
    upload: true,
    fields: importFields(t),
  }),
  submit: async ({ deps, operator }, form) => {
    const text = await form.file('list');
    if (text === undefined) return { mistake: 'console.refused.file' };
    const secret = secretIn(form);
    if (typeof secret === 'string') return { mistake: secret };
    const tokens = readTokenFile(text, secret);
    await deps.tokens.import(tokens, operator.email);
    return { go: '/tokens', notice: 'console.done.imported' };
  },
};

/** What opens the file, or what is wrong with it. */
function secretIn(form: PostedForm): PskcSecret | MessageId {
  const [key, password] = [form.field('key').trim(), form.field('password')];
  if (key === '') return password === '' ? undefined : { password };
  if (password !== '') return 'console.refused.key-or-password';
  const read = readPskcKey(key);
  return read === undefined ? 'console.refused.key' : { key: read };
}

/** What a token is worth: the rule for codes of that level is the rule for it (R38). */
const tokenLevel = 3;

const handOutRoute = personAct({
  act: 'hand-out-token',
  place: 'hand-out',
  title: 'console.hand-out',
  consequences: ['console.hand-out.will', 'console.hand-out.seen'],
  fields: ask => handOutFields(ask.page.t),
  submit: async (ask, person, form) => {
    const { deps, operator } = ask;
    // As for codes: a clerk gives nobody a second way in beside the one that she has.
    if (person.factors.length > 0 && operator.role !== 'admin') return { mistake: 'console.refused.enrolment' };
    if (await hasTaken(deps, person, operator)) return { mistake: 'console.refused.same-operator' };
    const realm = deps.settings.realms.get(person.realm);
    const refused =
      realm !== undefined && isForDesk(realm.firstFactor, tokenLevel) ? await refusedAccount(ask, person) : undefined;
    if (refused !== undefined) return { mistake: refused };
    await handOut(deps, { serial: form.field('serial').trim().slice(0, 80), person, by: operator.email });
    return { go: placeOfPerson(person), notice: 'console.done.handed-out' };
  },
});

const takeBackRoute: ActRoute = {
  method: 'ACT',
  path: '/tokens/:serial/take-back',
  act: 'take-back-token',
  back: ask => placeOf(ask.param('serial')),
  about: ask => ask.param('serial'),
  describe: async ask => {
    const { t } = ask.page;
    const token = await ask.deps.tokens.find(ask.param('serial'));
    if (token?.owner === undefined) return undefined;
    const { name = '' } = (await ask.deps.people.byId(token.owner.person)) ?? {};
    return {
      title: t('console.act-on', { act: t('console.take-back'), name: token.serial }),
      consequences: [t('console.take-back.will', { name }), t('console.end-sessions.will', { name })],
      submit: t('console.take-back'),
      fields: takeBackFields(t),
    };
  },
  submit: async (ask, form) => {
    const { deps, operator } = ask;
    const serial = ask.param('serial');
    const owner = (await deps.tokens.find(serial))?.owner;
    const person = owner === undefined ? undefined : await deps.people.byId(owner.person);
    // An operator's own is taken with her mandate, by an admin.
    if (person?.realm === consoleRealm && operator.role !== 'admin') return { mistake: 'console.refused.tokens' };
    if (owner !== undefined) await noteTaken(deps, owner.person, operator);
    const left = await takeBack(deps, { serial, by: operator.email, retired: form.field('retire') === 'yes' });
    if (left !== undefined) await deps.endSessionsOf(left, 'factor-replaced');
    return { go: placeOf(serial), notice: 'console.done.taken-back' };
  },
};

export const tokenRoutes: readonly ConsoleRoute[] = [tokensRoute, tokenRoute, importRoute, handOutRoute, takeBackRoute];
