import type { Level, RealmSettings } from '../config/settings.ts';
import { refuseClosed, refuseWithFactor } from '../enrolment/activation.ts';
import { type Invitee, readInvitees } from '../enrolment/invitation-list.ts';
import { listLevel } from '../enrolment/invitation-runs.ts';
import { isForDesk } from '../enrolment/rules.ts';
import { normalForm } from '../signin/account.ts';
import { inviteFields } from '../ui/pages-console-parts.tsx';
import { codePage } from '../ui/pages-console-people.tsx';
import { earlierLists, inviteManyFields } from '../ui/pages-invitation-runs.tsx';
import { refusedAccount } from './account-at-stake.ts';
import { textFile } from './csv.ts';
import type { PostedForm } from './form.ts';
import { invitationRunRoute, placeOfRun } from './invitation-run.ts';
import { visitsOf } from './methods.ts';
import { placeOfPerson } from './people.ts';
import { personOf } from './person-act.ts';
import type { ActRoute, Ask, ConsoleRoute, Description, Done } from './route.ts';
import { hasTaken } from './taken.ts';

/** Who asked: somebody in particular, or whoever is named in the form. */
interface Asked {
  readonly realm: RealmSettings;
  readonly name: string;
  readonly form: PostedForm;
}

function describe(ask: Ask, realm: string | undefined, name: string | undefined): Description {
  const { t } = ask.page;
  const chosen = [...ask.deps.settings.realms.values()].filter(one => realm === undefined || one.name === realm);
  const from = levels.find(level => chosen.some(({ firstFactor }) => isForDesk(firstFactor, level)));
  return {
    title: name === undefined ? t('console.invite') : t('console.act-on', { act: t('console.invite'), name }),
    consequences: [t('console.invite.will'), t('console.invite.once'), t('console.invite.hand')],
    submit: t('console.invite'),
    fields: inviteFields(t, {
      realms: realm === undefined ? chosen.map(one => [one.name, one.title] as const) : [],
      asksName: name === undefined,
      desk: from === undefined ? undefined : { from, methods: visitsOf(ask) },
    }),
  };
}

async function invite(ask: Ask, { realm, name, form }: Asked): Promise<Done> {
  const { deps, operator, page, view } = ask;
  const level = levelOf(form.field('level'));
  const method = visitsOf(ask).find(([id]) => id === form.field('method'))?.[0];
  const known = await deps.people.byName(realm.name, name);
  // R38: where the desk hands codes over, who gets this one stands before the clerk, who says how she knows.
  if (isForDesk(realm.firstFactor, level)) {
    const refused = method === undefined ? 'console.refused.method' : await refusedAccount(ask, known ?? { name });
    if (refused !== undefined) return { mistake: refused };
  }
  if (known !== undefined) {
    refuseClosed(known);
    // Of a clerk who knows her password one more way in, at any level, is a takeover: an admin adds to what she has (R34).
    refuseWithFactor(known, false, operator.role === 'admin' ? level : 0);
  }
  if (await hasTaken(deps, { id: known?.id, realm: realm.name, name }, operator))
    return { mistake: 'console.refused.same-operator' };
  const how = { by: operator.email, replaces: false, level, method, validity: realm.activationValidity };
  const { code, until } = await deps.activation.invite(realm.name, name, how);
  const back = view.at(placeOfPerson({ realm: realm.name, name }));
  return { show: codePage(page, { title: page.t('console.code'), name, code, until, back }) };
}

const inviteOne: ActRoute = {
  method: 'ACT',
  path: '/people/:realm/:name/invite',
  act: 'invite-person',
  back: ask => placeOfPerson({ realm: ask.param('realm'), name: ask.param('name') }),
  about: ask => `${ask.param('realm')}/${ask.param('name')}`,
  describe: async ask => {
    const person = await personOf(ask);
    return person === undefined ? undefined : describe(ask, person.realm, person.name);
  },
  submit: async (ask, form) => {
    const person = await personOf(ask);
    const realm = ask.deps.settings.realms.get(person?.realm ?? '');
    if (person === undefined || realm === undefined) return { mistake: 'console.refused.unknown' };
    return invite(ask, { realm, name: person.name, form });
  },
};

const inviteAny: ActRoute = {
  method: 'ACT',
  path: '/invite',
  act: 'invite-person',
  back: () => '/people',
  about: () => '',
  describe: async ask => describe(ask, undefined, undefined),
  submit: async (ask, form) => {
    const realm = ask.deps.settings.realms.get(form.field('realm'));
    const name = realm === undefined ? undefined : normaliseIn(ask, realm)(form.field('name'));
    if (realm === undefined || name === undefined) return { mistake: 'console.refused.name' };
    return invite(ask, { realm, name, form });
  },
};

/** Letters for a whole list, as one file to print; every line is looked at before the first code is made. */
const inviteMany: ActRoute = {
  method: 'ACT',
  path: '/invite-many',
  act: 'invite-many',
  back: () => '/people',
  about: () => '',
  describe: async ({ page: { t, language }, deps, view }) => ({
    title: t('console.invite-many'),
    consequences: (['will', 'all', 'kept'] as const)
      .map(one => t(`console.invite-many.${one}`))
      .concat(t('console.invite.once')),
    submit: t('console.invite-many.submit'),
    upload: true,
    fields: inviteManyFields(t, {
      realms: [...deps.settings.realms.values()].map(one => [one.name, one.title] as const),
      mails: deps.mailer.configured,
    }),
    after: earlierLists(
      t,
      language,
      (await deps.invitationRuns.recent()).map(run => ({
        href: view.at(placeOfRun(run)),
        at: run.at,
        count: run.lines.length,
      })),
    ),
  }),
  submit: async (ask, form) => {
    const realm = ask.deps.settings.realms.get(form.field('realm'));
    const text = await form.file('list');
    if (realm === undefined || text === undefined) return { mistake: 'console.refused.file' };
    if (isForDesk(realm.firstFactor, listLevel)) return { mistake: 'console.refused.desk' };
    const listed = readInvitees(text, normaliseIn(ask, realm));
    const faults = await faultsOf(ask, realm, listed);
    if (faults.length > 0) return { mistake: 'console.refused.file', detail: faults };
    const announce = ask.deps.mailer.configured && form.field('announce') === 'yes';
    const apps = ask.deps.settings.apps.filter(app => app.realm === realm.name);
    const places = apps.map(({ title, origin }) => ({ title, address: origin }));
    const asked = { realm, listed, apps: places, announce, by: ask.operator.email };
    const letters = textFile(ask.deps.invitationRuns.invite(asked));
    return { file: letters, name: 'brieven.txt', type: 'text/plain' };
  },
};

async function faultsOf(
  { deps, operator, page: { t } }: Ask,
  realm: RealmSettings,
  listed: readonly Invitee[],
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { name, line } of listed) {
    const person = await deps.people.byName(realm.name, name);
    if (person?.closed !== undefined) faults.push(`${line}: ${name} is closed`);
    else if ((person?.factors.length ?? 0) > 0) faults.push(`${line}: ${name} has a second step already`);
    else if (await hasTaken(deps, { id: person?.id, realm: realm.name, name }, operator))
      faults.push(`${line}: ${name}. ${t('console.refused.same-operator')}`);
  }
  return faults;
}

/** As the apps of the realm would take the name. */
export function normaliseIn({ deps }: Ask, realm: RealmSettings): (typed: string) => string | undefined {
  const app = deps.settings.apps.find(one => one.realm === realm.name);
  const rules = { characters: app?.nameCharacters ?? '[a-z0-9._-]', domains: realm.domains };
  return typed => normalForm(typed, rules);
}

const levels = [2, 3, 4] as const;

function levelOf(text: string): Level {
  return levels.find(level => text === `${level}`) ?? 2;
}

export const inviteRoutes: readonly ConsoleRoute[] = [inviteOne, inviteAny, inviteMany, invitationRunRoute];
