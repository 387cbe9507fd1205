/** The same people and passwords as in the other test apps. */
export const passwords: ReadonlyMap<string, string> = new Map([
  ['anna', 'Anna-Test-2026'],
  ['bram', 'Bram-Test-2026'],
  ['carla', 'Carla-Test-2026'],
]);

export const users: readonly string[] = [...passwords.keys()];

/** Who may sign in, by which password; as they were handed out until somebody changes hers. */
export class Accounts {
  readonly #passwords = new Map(passwords);

  /**
   * The account behind a spelling and its password; undefined where they are wrong. As sloppy as the apps of its time:
   * marks, odd characters and case do not count, so `an<b>na` is anna. Whoever stands before it must know that.
   */
  check(typed: string, password: string): string | undefined {
    const user = typed
      .replace(/<[^>]*>/g, '')
      .replace(/[^\x21-\x7e]/g, '')
      .toLowerCase()
      .replace(/@gemeente\.test$/, '');
    return this.#passwords.get(user) === password ? user : undefined;
  }

  /** False where the old one is wrong or the new one too short. */
  change(user: string, old: string, fresh: string): boolean {
    if (this.#passwords.get(user) !== old || fresh.length < 8) return false;
    this.#passwords.set(user, fresh);
    return true;
  }
}
