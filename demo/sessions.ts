import { randomBytes } from 'node:crypto';

/** What the app knows of one GPSESSIE cookie. */
export interface Session {
  readonly id: string;
  user: string | undefined;
  /** What GPAUTH must be; undefined where the session id alone suffices. */
  proof: string | undefined;
  formToken: string;
}

/** Sessions by their cookie, with the lock that PHP has on them. */
export class Sessions {
  readonly #byId = new Map<string, Session>();
  readonly #locks = new Map<string, Promise<void>>();

  /** The session of this cookie, or a fresh one for somebody unknown. */
  open(id: string | undefined): { session: Session; fresh: boolean } {
    const known = id === undefined ? undefined : this.#byId.get(id);
    if (known !== undefined) return { session: known, fresh: false };
    const session: Session = { id: token(), user: undefined, proof: undefined, formToken: token() };
    this.#byId.set(session.id, session);
    return { session, fresh: true };
  }

  end(session: Session): void {
    this.#byId.delete(session.id);
  }

  /** Ends every session of this person, as a restart of the app would. */
  endAll(user: string): void {
    for (const session of this.#byId.values()) if (session.user === user) this.end(session);
  }

  /** Runs one after another for the same cookie, as PHP does between session_start and the end of the script. */
  async locked<Result>(id: string | undefined, run: () => Promise<Result>): Promise<Result> {
    if (id === undefined) return run();
    const before = this.#locks.get(id) ?? Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#locks.set(
      id,
      before.then(() => promise),
    );
    await before;
    return run().finally(resolve);
  }
}

export function token(): string {
  return randomBytes(16).toString('base64url');
}
