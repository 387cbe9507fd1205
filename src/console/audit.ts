import { notedText, readNoted } from '../audit/noted.ts';
import { searchAudit } from '../audit/search.ts';
import { readThread } from '../audit/threads.ts';
import { auditPage, signalsPage, verdictPage } from '../ui/pages-console-audit.tsx';
import type { Ask, ConsoleRoute, PageRoute } from './route.ts';

const perPage = 50;

interface Asked {
  readonly type: string;
  readonly text: string;
  readonly from: string;
  readonly until: string;
}

const auditRoute: PageRoute = {
  method: 'GET',
  path: '/audit',
  act: 'see-audit',
  show: async ask => {
    const { c, deps, view, page } = ask;
    const asked = askedOf(ask);
    const found = await searchAudit(deps.audit, {
      type: asked.type === '' ? undefined : asked.type,
      text: asked.text,
      from: dayOf(asked.from, 'T00:00:00Z'),
      until: dayOf(asked.until, 'T23:59:59.999Z'),
      before: beforeOf(ask),
      limit: perPage,
    });
    const at = (more: Record<string, string>) => view.at(`/audit?${new URLSearchParams({ ...asked, ...more })}`);
    const html = auditPage(page, {
      ...asked,
      action: view.at('/audit'),
      entries: found.entries,
      first: beforeOf(ask) === undefined ? undefined : at({}),
      next: found.next === undefined ? undefined : at({ before: String(found.next) }),
      all: Object.values(asked).every(part => part === '') ? undefined : view.at('/audit'),
      verify: view.at('/audit/verify'),
      newest: await newestText(ask),
    });
    return view.html(c, html);
  },
};

function askedOf({ c }: Ask): Asked {
  const part = (name: string, most: number) => (c.req.query(name) ?? '').slice(0, most);
  return { type: part('type', 60), text: part('text', 200), from: part('from', 10), until: part('until', 10) };
}

function dayOf(text: string, time: string): number | undefined {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}${time}`) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function beforeOf({ c }: Ask): number | undefined {
  const before = Number(c.req.query('before') ?? '');
  return Number.isSafeInteger(before) && before > 0 ? before : undefined;
}

async function newestText({ deps }: Ask): Promise<string | undefined> {
  const newest = await deps.audit.newest();
  return newest && notedText(newest);
}

/** Reads the whole chain, as `sluis audit verify --head` does, and says the same. */
const verifyRoute: PageRoute = {
  method: 'GET',
  path: '/audit/verify',
  act: 'see-audit',
  show: async ask => {
    const { c, deps, view, page } = ask;
    const given = (c.req.query('head') ?? '').trim().slice(0, 80);
    const noted = readNoted(given);
    const newest = await deps.audit.newest();
    const verdict = await deps.audit.verify(...[noted, newest].filter(one => one !== undefined));
    const html = verdictPage(page, {
      ...{ verdict, given, compared: noted?.number, newest: newest && notedText(newest) },
      ...{ back: view.at('/audit'), action: view.at('/audit/verify') },
    });
    return view.html(c, html);
  },
};

/** What somebody should look at (R51), the newest first. */
const signalsRoute: PageRoute = {
  method: 'GET',
  path: '/signals',
  act: 'see-signals',
  show: async ask => {
    const { c, deps, view, page } = ask;
    const before = beforeOf(ask);
    const found = await readThread({ store: deps.store, trail: deps.audit }, 'signals', { before, limit: perPage });
    const html = signalsPage(page, {
      entries: found.entries,
      first: before === undefined ? undefined : view.at('/signals'),
      next: found.next === undefined ? undefined : view.at(`/signals?before=${found.next}`),
      all: before === undefined ? undefined : view.at('/signals'),
    });
    return view.html(c, html);
  },
};

export const auditRoutes: readonly ConsoleRoute[] = [auditRoute, verifyRoute, signalsRoute];
