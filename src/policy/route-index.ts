import type { RouteSettings } from '../config/settings.ts';

/**
 * The rules of one app by the paths they are about, so that a request costs the same with ten rules and with ten
 * thousand. Says which rules are about a path; what they demand is said in route.ts. Patterns are as `matchesPath` has them.
 */
export class RouteIndex {
  /** Folded names of the parameters that rules look at. */
  readonly parameters: ReadonlySet<string>;
  /** Whether any rule looks at methods. */
  readonly byMethod: boolean;
  readonly #routes: readonly RouteSettings[];
  /** Places of rules in the configuration, in order, by the whole path. */
  readonly #exact = new Map<string, number[]>();
  /** The same by folder, without the slash at its end. */
  readonly #folders = new Map<string, number[]>();
  /** Of the longest folder: nothing behind that is looked up, however long a path somebody sends. */
  #longest = -1;

  constructor(routes: readonly RouteSettings[]) {
    this.#routes = routes;
    this.parameters = new Set(routes.flatMap(route => Object.keys(route.parameters ?? {})));
    this.byMethod = routes.some(route => route.methods !== undefined);
    for (const [place, route] of routes.entries()) this.#enter(route.path.toLowerCase(), place);
  }

  /** Rules about this reading of a path, in the order of the configuration. */
  about(path: string): RouteSettings[] {
    const places = [...(this.#exact.get(path) ?? []), ...this.#inFolders(path)].sort((a, b) => a - b);
    return places.flatMap(place => this.#routes[place] ?? []);
  }

  #enter(pattern: string, place: number): void {
    const folder = pattern.endsWith('/*') ? pattern.slice(0, -2) : undefined;
    const places = folder === undefined ? this.#exact : this.#folders;
    const known = places.get(folder ?? pattern);
    if (known === undefined) places.set(folder ?? pattern, [place]);
    else known.push(place);
    if (folder !== undefined) this.#longest = Math.max(this.#longest, folder.length);
  }

  #inFolders(path: string): number[] {
    if (this.#longest < 0) return [];
    // The folder itself too: `/admin` for `/admin/*`.
    const found = [...(this.#folders.get(path) ?? [])];
    for (let end = path.indexOf('/'); end >= 0 && end <= this.#longest; end = path.indexOf('/', end + 1)) {
      found.push(...(this.#folders.get(path.slice(0, end)) ?? []));
    }
    return found;
  }
}
