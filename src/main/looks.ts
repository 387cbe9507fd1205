import type { RealmSettings } from '../config/settings.ts';
import { type Assets, loadAssets } from '../ui/assets.ts';

/** Pages are open in browsers while the look changes: the files that they name are given as long as this many changes. */
const kept = 4;

/** The looks of the realms: each as it is now, and the files of those before it. */
export class Looks {
  readonly #byRealm = new Map<string, readonly Assets[]>();

  /** Reads the look of a realm anew. Throws the error of the file system. */
  of({ name, theme }: RealmSettings): Assets {
    const before = this.#byRealm.get(name) ?? [];
    const fresh = loadAssets(theme);
    const same = JSON.stringify(before[0]?.names) === JSON.stringify(fresh.names);
    const looks = same ? before : [fresh, ...before].slice(0, kept);
    this.#byRealm.set(name, looks);
    return {
      names: fresh.names,
      find: asset => looks.map(look => look.find(asset)).find(found => found !== undefined),
    };
  }
}
