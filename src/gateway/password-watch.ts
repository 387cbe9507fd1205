import { Transform } from 'node:stream';
import { endByPasswordChange } from '../device/password-change.ts';
import { matchesMark } from '../policy/match.ts';
import { foldName, readPairs } from '../policy/target.ts';
import type { AnswerMark, PasswordChange } from '../preset/preset.ts';
import type { Session } from '../session/session.ts';
import { isSameOrigin } from '../signin/origin.ts';
import { chain, unpack } from './append.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import type { AnswerHead, HeadVerdict } from './forward.ts';
import { oneHeader } from './headers.ts';

/** The part of a page in which an app says what came of it. */
const longestPage = 256 * 1024;

/** The ends are tried again while the store is away: after the first, twice as long each time, up to the longest. Milliseconds. */
const again = { first: 1_000, longest: 60_000 } as const;

const nothing = new Map<string, readonly string[]>();

/** For a request that may hold a new password; undefined where its app has no page for that, or the path is another. */
export function passwordWatch(deps: GatewayDeps, exchange: Exchange, session: Session): PasswordWatch | undefined {
  const change = exchange.app.settings.preset.passwordChange;
  const { head, target } = exchange;
  if (change === undefined || head.method === 'GET' || head.method === 'HEAD') return undefined;
  const isThere = matchesMark({ path: change.path }, head.method, target, nothing);
  return isThere ? new PasswordWatch(deps, exchange, session, change) : undefined;
}

/**
 * One request of a session that may change its person's password. What the app does not clearly refuse counts as a
 * change, also where its answer never came: trust that ends without need costs a code, trust that stays is a thief's.
 */
export class PasswordWatch {
  readonly #deps: GatewayDeps;
  readonly #exchange: Exchange;
  readonly #session: Session;
  readonly #change: PasswordChange;
  #seen = false;
  #answered = false;
  #judged = false;

  constructor(deps: GatewayDeps, exchange: Exchange, session: Session, change: PasswordChange) {
    this.#deps = deps;
    this.#exchange = exchange;
    this.#session = session;
    this.#change = change;
  }

  /**
   * Told of each field of the body, by its folded name. True refuses the body: a page of another origin changes nobody's
   * password (CWE-352), and so ends nobody's trust. Programs say neither where they come from nor that they are foreign.
   */
  see(field: string, value: string | undefined): boolean {
    if (value === '' || !this.#change.fields.includes(field)) return false;
    const { head, app, res } = this.#exchange;
    const says = head.origin !== undefined || head.fetchSite !== undefined;
    if (says && !isSameOrigin(app.settings.origin, head.origin, head.fetchSite)) return true;
    // However it ends: cut off, without an answer, or given up by the browser while the app goes on.
    if (!this.#seen) res.once('close', () => this.#unanswered());
    this.#seen = true;
    return false;
  }

  /** The same, of the fields in the address: many apps take those for the body's (`getParameter`, `$_REQUEST`). */
  seeAddress(): boolean {
    const { app, target } = this.#exchange;
    return readPairs(target.query).some(([name, value]) =>
      this.see(foldName(name, app.settings.preset.folding), value),
    );
  }

  /** We cut it short before its last bytes reached the app. */
  cutShort(): void {
    if (!this.#mayBeWhole()) this.#judged = true;
  }

  /** What goes to the browser, once everything that ends has ended. */
  judge(answer: AnswerHead, verdict: HeadVerdict | Promise<HeadVerdict>): HeadVerdict | Promise<HeadVerdict> {
    this.#answered = true;
    return this.#seen ? this.#settle(answer, verdict) : verdict;
  }

  async #settle(answer: AnswerHead, coming: HeadVerdict | Promise<HeadVerdict>): Promise<HeadVerdict> {
    const verdict = await coming;
    const { changed, refused } = this.#change;
    if ('instead' in verdict) {
      // Its page goes to nobody: where the app has a way to say yes, this was not it.
      const isNo = changed !== undefined && !(fitsHead(changed, answer) && changed.body === undefined);
      if (isNo) this.#judged = true;
      else await this.#over(changed !== undefined);
      return verdict;
    }
    const open = [changed, refused].some(mark => mark?.body !== undefined && fitsHead(mark, answer));
    if (!open) {
      await this.#judgeBy(answer, undefined);
      return verdict;
    }
    const held = this.#holding(answer);
    return { ...verdict, through: verdict.through === undefined ? held : chain(held, verdict.through) };
  }

  /** Keeps the page back until it has been read: it is short, and whoever sees it is to find everything ended. */
  #holding(answer: AnswerHead): Transform {
    const chunks: Buffer[] = [];
    let size = 0;
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        chunks.push(chunk);
        // Longer than any such page: it says nothing that counts.
        if (size > longestPage) for (const passed of chunks.splice(0)) this.push(passed);
        done();
      },
      flush: async done => {
        const body = Buffer.concat(chunks);
        await this.#judgeBy(answer, size > longestPage ? undefined : body);
        done(null, body);
      },
    });
  }

  async #judgeBy(answer: AnswerHead, body: Buffer | undefined): Promise<void> {
    const page = body && unpack({ headers: answer.headers, body })?.toString('utf8');
    const { changed, refused } = this.#change;
    if (changed !== undefined && fits(changed, answer, page)) return this.#over(true);
    if (refused === undefined || !fits(refused, answer, page)) return this.#over(false);
    this.#judged = true;
  }

  #unanswered(): void {
    if (!this.#judged && (this.#exchange.req.complete || this.#mayBeWhole())) void this.#over(false);
  }

  /**
   * Whether an app may have taken for whole what was cut off before its end: it answered, or the body has an end within
   * itself, behind which anything may follow (the last boundary, the last brace). Half of any other form changes nothing.
   */
  #mayBeWhole(): boolean {
    const type = this.#exchange.head.contentType?.toLowerCase() ?? '';
    return this.#answered || !type.startsWith('application/x-www-form-urlencoded');
  }

  /** Never rejects: the app has done it, so what stands in the way now is tried until it works. */
  async #over(certain: boolean): Promise<void> {
    if (this.#judged) return;
    this.#judged = true;
    await this.#end(certain).catch((error: unknown) => this.#later(certain, error));
  }

  #end(certain: boolean): Promise<void> {
    const { devices, ends, audit } = this.#deps;
    const { source } = this.#exchange;
    return endByPasswordChange({ devices, ends, audit }, { session: this.#session, certain, source });
  }

  #later(certain: boolean, error: unknown, delay: number = again.first): void {
    const { realm, person } = this.#session;
    const what = { realm, person, error: String(error) };
    this.#deps.log.error(what, 'a password was changed, and trusted devices and other sessions have not ended yet');
    const next = Math.min(delay * 2, again.longest);
    setTimeout(() => this.#end(certain).catch((late: unknown) => this.#later(certain, late, next)), delay).unref();
  }
}

function fits(mark: AnswerMark, answer: AnswerHead, page: string | undefined): boolean {
  return fitsHead(mark, answer) && (mark.body === undefined || (page !== undefined && mark.body.test(page)));
}

function fitsHead({ status, location }: AnswerMark, answer: AnswerHead): boolean {
  if (status !== undefined && status !== answer.status) return false;
  return location?.test(oneHeader(answer.headers, 'location') ?? '') ?? true;
}
