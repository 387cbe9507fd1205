import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { portalOrigin } from './portal-bench.ts';

/** Sends one message of a phone to the portal, as its script does. */
export type Post = (place: string, body: unknown) => Promise<Told>;

/** What the portal says to a phone. */
export interface Told {
  readonly state: string;
  readonly now?: number;
  readonly code?: string;
  readonly account?: string;
  readonly push?: string;
  readonly asks?: readonly ToldAsk[];
}

export interface ToldAsk {
  readonly id: string;
  readonly app: string;
  readonly title: string;
  readonly account: string;
  readonly browser?: string;
  readonly known: boolean;
  readonly source: string;
}

type Purpose = 'poll' | 'subscribe' | 'answer';

/** A phone of software: the key, and the messages that it signs. Says what it is told to, right or wrong. */
export class SoftPhone {
  readonly publicKey: string;
  readonly device: string;
  readonly #privateKey: KeyObject;
  readonly #post: Post;
  readonly #now: () => number;
  readonly #origin: string;
  #last = 0;

  constructor(post: Post, now: () => number, origin = portalOrigin) {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
    this.publicKey = point.toString('base64url');
    this.device = createHash('sha256').update(this.publicKey).digest('base64url');
    this.#privateKey = pair.privateKey;
    this.#post = post;
    this.#now = now;
    this.#origin = origin;
  }

  sign(purpose: string, parts: readonly string[], origin = this.#origin): string {
    const text = JSON.stringify(['sluis-approval-1', purpose, origin, ...parts]);
    return sign('sha256', Buffer.from(text), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' }).toString(
      'base64url',
    );
  }

  join(token: string): Promise<Told> {
    const signature = this.sign('enrol', [token, this.publicKey]);
    return this.#post('enrol', { token, publicKey: this.publicKey, signature });
  }

  /** The message as it goes out; of two in one millisecond the second is one later. */
  message(purpose: Purpose, fields: Readonly<Record<string, string>> = {}): Record<string, unknown> {
    this.#last = Math.max(this.#now(), this.#last + 1);
    const time = this.#last;
    const signature = this.sign(purpose, [this.device, String(time), ...Object.values(fields)]);
    return { device: this.device, time, signature, ...fields };
  }

  say(purpose: Purpose, fields: Readonly<Record<string, string>> = {}): Promise<Told> {
    return this.#post(purpose, this.message(purpose, fields));
  }

  async asks(): Promise<readonly ToldAsk[]> {
    return (await this.say('poll')).asks ?? [];
  }

  answer(ask: ToldAsk, number: string): Promise<Told> {
    return this.say('answer', answerOf(ask, 'approve', number));
  }

  report(ask: ToldAsk): Promise<Told> {
    return this.say('answer', answerOf(ask, 'fraud', ''));
  }
}

export function answerOf({ id: ask, app, account }: ToldAsk, decision: 'approve' | 'fraud', number: string) {
  return { ask, decision, number, app, account };
}
