import type { Settings } from '../config/settings.ts';
import type { People } from '../factor/people.ts';
import { usableAt } from '../factor/sent-code/usable.ts';
import type { Clock } from '../kernel/clock.ts';
import { SluisError } from '../kernel/errors.ts';
import { elsewhereText, explain, explanationText } from '../policy/explain.ts';
import { type Place, placeOf } from '../policy/explain-place.ts';
import { normalForm } from '../signin/account.ts';
import type { ExplainOptions } from './program-explain.ts';
import type { Out } from './users.ts';

export interface ExplainDeps {
  readonly settings: Settings;
  readonly people: Pick<People, 'byName'>;
  readonly clock: Clock;
}

/** Prints what becomes of a request and why; reads the store and changes nothing. Throws 'cli.usage' for what is no URL. */
export async function explainRequest(deps: ExplainDeps, options: ExplainOptions, out: Out): Promise<void> {
  const place = placeOf(options.url, deps.settings);
  if (place === undefined)
    throw new SluisError('cli.usage', 'this is no address that a browser could open', {
      remedy: 'write it as in the address bar, for example https://webmail.gemeente.nl/settings',
    });
  if (place.kind !== 'app') return out(elsewhereText(place, deps.settings));
  const name = options.user === undefined ? undefined : nameIn(place, options.user);
  if (options.user !== undefined && name === undefined)
    return out(
      `${JSON.stringify(options.user.slice(0, 80))} is not a name that ${place.app.id} accepts: nobody can sign in with it.\n`,
    );
  const user = name === undefined ? undefined : { name, person: await deps.people.byName(place.realm.name, name) };
  const { method, level, factorAge } = options;
  const usable = usableAt(deps.settings.factors, place.app.id);
  const { levels, trust } = deps.settings;
  const asked = { method, level, factorAge, user, usable, levels, trust, offers: deps.settings, now: deps.clock.now() };
  out(explanationText(explain(place, asked)));
}

function nameIn({ app, realm }: Extract<Place, { kind: 'app' }>, typed: string): string | undefined {
  return normalForm(typed, { characters: app.nameCharacters, domains: realm.domains });
}
