import { redact } from '../audit/redact.ts';
import type { Settings } from '../config/settings.ts';
import { usableAt } from '../factor/sent-code/usable.ts';
import { elsewhereText, explain, explanationText } from '../policy/explain.ts';
import { placeOf } from '../policy/explain-place.ts';
import { configurationPage, explainPage } from '../ui/pages-console-configuration.tsx';
import { normaliseIn } from './invite.ts';
import type { Ask, ConsoleRoute, PageRoute } from './route.ts';

/** By what Sluis serves now; nothing can be changed here. */
const configurationRoute: PageRoute = {
  method: 'GET',
  path: '/configuration',
  act: 'see-configuration',
  show: async ({ c, deps, view, page }) => {
    const html = configurationPage(page, { text: shown(deps.settings), explain: view.at('/configuration/explain') });
    return view.html(c, html);
  },
};

/** What stands under the name of a secret is hidden; a preset is shown by its name. */
export function shown(settings: Settings): string {
  const plain = (_key: string, value: unknown): unknown => {
    if (value instanceof Map) return Object.fromEntries(value);
    if (value instanceof RegExp) return String(value);
    if (isPreset(value)) return value.name;
    return value;
  };
  return JSON.stringify(redact(JSON.parse(JSON.stringify(settings, plain))), undefined, 2);
}

function isPreset(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'signIn' in value && 'landing' in value && 'name' in value;
}

const longest = 4_000;

/** The same answer as `sluis explain`: why somebody gets through, or does not. */
const explainRoute: PageRoute = {
  method: 'GET',
  path: '/configuration/explain',
  act: 'see-configuration',
  show: async ask => {
    const { c, view, page } = ask;
    const part = (name: string) => (c.req.query(name) ?? '').slice(0, longest).trim();
    const [url, user, method] = [part('url'), part('user'), part('method') === '' ? 'GET' : part('method')];
    const text =
      url === '' ? undefined : await explained(ask, { url, user, method: method.toUpperCase().slice(0, 20) });
    const back = view.at('/configuration');
    const props = { action: view.at('/configuration/explain'), url, user, method, text, back };
    return view.html(c, explainPage(page, props));
  },
};

async function explained(
  ask: Ask,
  { url, user, method }: { readonly url: string; readonly user: string; readonly method: string },
): Promise<string> {
  const { deps, page } = ask;
  const place = placeOf(url, deps.settings);
  if (place === undefined) return page.t('console.explain.no-url');
  if (place.kind !== 'app') return elsewhereText(place, deps.settings);
  const name = user === '' ? undefined : normaliseIn(ask, place.realm)(user);
  if (user !== '' && name === undefined) return page.t('console.refused.name');
  const who = name && { name, person: await deps.people.byName(place.realm.name, name) };
  const asked = { method, level: undefined, factorAge: 0, user: who === '' ? undefined : who, now: deps.clock.now() };
  const { settings } = deps;
  const usable = usableAt(settings.factors, place.app.id);
  return explanationText(
    explain(place, { ...asked, usable, levels: settings.levels, trust: settings.trust, offers: settings }),
  );
}

export const configurationRoutes: readonly ConsoleRoute[] = [configurationRoute, explainRoute];
