import type { Session } from '../session/session.ts';
import { isSameOrigin } from '../signin/origin.ts';
import type { Parked } from '../visit/parked.ts';
import type { Exchange, GatewayDeps } from './exchange.ts';
import { isFormPost } from './form-post.ts';
import { isFrame } from './head.ts';
import { refuse } from './respond.ts';
import { bodyWatcher, isCredentialPath, isUnreadable, queryCarriesCredentials } from './session-body.ts';
import { tooLarge } from './too-large.ts';

/** `kept`: it waits. `none`: not one that is kept. `answered`: it could not be kept, and she has been told. */
export type ParkingOutcome = 'kept' | 'none' | 'answered';

/** Keeps forms that meet a closed gate, instead of losing what somebody wrote (R25). */
export class Parking {
  readonly #deps: GatewayDeps;
  /** Bodies that are being read, to be kept or only to be given back, by session: one at a time, so that nobody fills the memory. */
  readonly #reading = new Map<string, () => void>();

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
  }

  /**
   * Keeps it for the person of this session. Only what a page of the app itself posted (CWE-352): a foreign page's form
   * would be sent on with her session and her freshly given code. `early` are bytes that were read already.
   */
  async park(exchange: Exchange, session: Session, why: Parked['why'], early?: Buffer): Promise<ParkingOutcome> {
    const { head, app, target } = exchange;
    const limit = Math.min(this.#deps.limits.parked, this.#deps.limits.body);
    // Where a preset allows a name and a password in a form, that form is not kept either.
    if (limit === 0 || !isFormPost(head) || isCredentialPath(exchange)) return 'none';
    if (!isSameOrigin(app.settings.origin, head.origin, head.fetchSite)) return 'none';
    if (queryCarriesCredentials(exchange) || isUnreadable(exchange)) return this.#refuse(exchange);
    const read = await this.#read(exchange, session.id, limit, early);
    if (read.kind === 'refused') return this.#refuse(exchange);
    if (read.kind === 'told') return 'answered';
    const kept = await this.#deps.parked.park(session, {
      why,
      framed: isFrame(head),
      target: target.raw,
      contentType: head.contentType ?? '',
      origin: head.origin,
      referer: head.lines.first('referer'),
      body: read.body.toString('base64'),
    });
    return kept === undefined ? 'none' : 'kept';
  }

  /** As it would be inside a session: a password on its way to another door is not kept either. */
  #refuse(exchange: Exchange): ParkingOutcome {
    refuse(exchange, 'bad-request', { next: exchange.app.settings.preset.landing });
    return 'answered';
  }

  async #read(exchange: Exchange, session: string, limit: number, early: Buffer | undefined): Promise<Read> {
    // Of a double click the second counts: the browser waits for its answer only.
    this.#reading.get(session)?.();
    const stop = () => exchange.req.destroy();
    this.#reading.set(session, stop);
    try {
      const read = await readForm(exchange, limit, early);
      if (read.kind !== 'too-large') return read;
      await tooLarge(exchange, read.body, limit);
      return { kind: 'told' };
    } finally {
      if (this.#reading.get(session) === stop) this.#reading.delete(session);
    }
  }
}

type Whole = { readonly kind: 'whole'; readonly body: Buffer };
type Refused = { readonly kind: 'refused' };
/** `told`: it was too large, and she knows. */
type Read = Whole | Refused | { readonly kind: 'told' };
/** `too-large` holds what was read until the limit was passed. */
type ReadForm = Whole | Refused | { readonly kind: 'too-large'; readonly body: Buffer };

function readForm(exchange: Exchange, limit: number, early: Buffer = Buffer.alloc(0)): Promise<ReadForm> {
  const { req } = exchange;
  const watch = bodyWatcher(exchange, new Map());
  const chunks: Buffer[] = [];
  let size = 0;
  let settled = false;
  exchange.acceptBody();
  return new Promise((resolve, reject) => {
    const settle = (read: ReadForm) => {
      settled = true;
      req.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      req.pause();
      resolve(read);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (watch.push(chunk)) return settle({ kind: 'refused' });
      chunks.push(chunk);
      if (size > limit) settle({ kind: 'too-large', body: Buffer.concat(chunks) });
    };
    const onEnd = () => settle(watch.end() ? { kind: 'refused' } : { kind: 'whole', body: Buffer.concat(chunks) });
    const onGone = () => reject(new Error('the client went away'));
    if (early.length > 0) onData(early);
    if (settled) return;
    if (req.readableEnded) onEnd();
    else if (req.destroyed) onGone();
    else req.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone).resume();
  });
}
