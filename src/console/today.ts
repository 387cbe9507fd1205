import { readThread } from '../audit/threads.ts';
import { states } from '../factor/people-index.ts';
import { openAsk } from '../operator/four-eyes.ts';
import { may } from '../operator/role.ts';
import { workingDaysBetween } from '../reset/working-days.ts';
import { todayPage } from '../ui/pages-console-today.tsx';
import type { Ask, PageRoute } from './route.ts';

const day = 24 * 60 * 60_000;
const soon = 30 * day;
/** More are told as so many at least; the page of signals goes on. */
const mostSignals = 5;
const mostLate = 20;

/** The first screen: is everything all right, who cannot get in, what needs me. */
export const todayRoute: PageRoute = {
  method: 'GET',
  path: '/',
  act: 'see-today',
  show: async ask => {
    const { c, view, page, deps } = ask;
    const since = deps.clock.now() - day;
    const newest = await readThread({ store: deps.store, trail: deps.audit }, 'signals', { limit: mostSignals });
    const props = {
      figures: await figures(ask),
      mandates: await mandates(ask),
      asks: await asksFor(ask),
      signals: newest.entries.filter(({ at }) => Date.parse(at) >= since).length,
      signalsHref: view.at('/signals'),
      mail: deps.settings.mail !== undefined,
      late: await lateCases(ask),
    };
    return view.html(c, todayPage(page, props));
  },
};

/** How it stands with the people of each realm; each number is a link to who they are. */
async function figures({ deps, view }: Ask) {
  const realms = [...deps.settings.realms.values()];
  const counted = realms.flatMap(({ name, title }) =>
    states.map(async state => ({
      label: `console.state.${state}` as const,
      realm: realms.length > 1 ? title : undefined,
      count: await deps.people.countOf(name, `name:${state}`),
      href: view.at(`/people?${new URLSearchParams({ realm: name, state })}`),
    })),
  );
  return Promise.all(counted);
}

/** Requests of the desk over its target: the oldest are looked at, and more than those are told as so many at least. */
async function lateCases({ deps, view, operator }: Ask) {
  const { reset, realms } = deps.settings;
  if (reset === undefined || !may(operator.role, 'see-cases')) return undefined;
  const now = deps.clock.now();
  const open = await Promise.all(
    [...realms.keys()].map(realm => deps.resetDesk.records.list(realm, 'open', { limit: mostLate })),
  );
  const late = open.flat().filter(({ filedAt }) => workingDaysBetween(filedAt, now) > reset.target).length;
  if (late === 0) return undefined;
  return { count: late >= mostLate ? `${mostLate}+` : String(late), href: view.at('/cases') };
}

/** Mandates that end soon: her own, and of all others for who can renew them. */
async function mandates({ deps, operator }: Ask) {
  const now = deps.clock.now();
  const all = may(operator.role, 'change-operators') ? await deps.operators.list() : [operator];
  return all
    .filter(
      ({ ended, mandate, asked }) =>
        ended === undefined && asked?.only !== true && mandate.until > now && mandate.until - now < soon,
    )
    .map(({ id, email, mandate }) => ({ name: email, until: mandate.until, own: id === operator.id }));
}

/** Requests about mandates that she may confirm: without mail nothing else tells her. */
async function asksFor({ deps, view, operator }: Ask) {
  if (!may(operator.role, 'change-operators')) return undefined;
  const now = deps.clock.now();
  const count = (await deps.operators.list()).filter(one => {
    const asked = openAsk(one, now);
    return asked !== undefined && asked.by.id !== operator.id && one.id !== operator.id;
  }).length;
  return count === 0 ? undefined : { count, href: view.at('/operators') };
}
