/**
 * How the app treats sign-ins, for tests: `normal`; `error` answers 500, `cut` drops the connection, `partial` sends
 * a head and cuts in the body, `nonsense` sends what is not HTTP, `hold` waits for `letGo`. In all of them the
 * password has been checked and the session promoted before: what happens next is what the gateway must survive.
 */
export type SignInMode = 'normal' | 'error' | 'cut' | 'partial' | 'nonsense' | 'hold';

export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

const remembered = 2_000;

/** The handle of a running demo app: reachable for the program that started it, by no address. */
export class DemoControl {
  signIn: SignInMode = 'normal';
  /** What reached the app, oldest first; the last 2,000. */
  readonly seen: SeenRequest[] = [];
  /** Ends every session that the app has of this person. */
  readonly endSessions: (user: string) => void;
  readonly #held = new Set<() => void>();
  readonly #arrivals = new Set<() => void>();

  constructor(endSessions: (user: string) => void) {
    this.endSessions = endSessions;
  }

  /** Resolves when the next sign-in has been judged by the app, before it answers. */
  nextSignIn(): Promise<void> {
    return new Promise(resolve => this.#arrivals.add(resolve));
  }

  /** Lets every held sign-in be answered. */
  letGo(): void {
    drain(this.#held);
  }

  note(request: SeenRequest): void {
    this.seen.push(request);
    if (this.seen.length > remembered) this.seen.shift();
  }

  /** For the app: a sign-in was judged; resolves when it may be answered. */
  async judged(): Promise<void> {
    const held = this.signIn === 'hold' ? new Promise<void>(resolve => this.#held.add(resolve)) : undefined;
    drain(this.#arrivals);
    await held;
  }
}

function drain(waiting: Set<() => void>): void {
  const all = [...waiting];
  waiting.clear();
  for (const resolve of all) resolve();
}
