import { sealedCodec } from '../../kernel/codec.ts';
import { SluisError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/hash.ts';
import { type Codec, type MembersOptions, update } from '../../kernel/store.ts';
import type { FactorDeps } from '../deps.ts';
import type { HardwareTokenCredential } from './credential.ts';

/** A hardware token in the organisation's hands: in stock, or handed out to one person (R07). */
export interface HardwareToken extends HardwareTokenCredential {
  readonly importedAt: number;
  readonly manufacturer: string | undefined;
  /** Random id of the person who has it, and the factor it is. */
  readonly owner: { readonly person: string; readonly factor: string; readonly since: number } | undefined;
  /** Reported lost, or taken out of use: never handed out again. */
  readonly retired: boolean;
}

export type NewToken = HardwareTokenCredential & { readonly manufacturer: string | undefined };

/** A token as a file names it, and on which line, from 1. */
export type FileToken = NewToken & { readonly line: number };

const listKey = 'hardware-tokens:{all}';

/** The register of hardware tokens. Records are sealed: they hold seeds. */
export class HardwareTokens {
  readonly #deps: FactorDeps;
  readonly #codec: Codec<HardwareToken>;

  constructor(deps: FactorDeps) {
    this.#deps = deps;
    this.#codec = sealedCodec<HardwareToken>(deps.ring, 'hardware-token');
  }

  /**
   * Takes tokens into stock. Throws 'tokens.refused' with every serial that is there already, by its line, before any is
   * written: whoever imports a file twice changes nothing.
   */
  async import(tokens: readonly (NewToken | FileToken)[], by: string): Promise<void> {
    const known: (NewToken | FileToken)[] = [];
    for (const token of tokens) if ((await this.find(token.serial)) !== undefined) known.push(token);
    if (known.length > 0) throw duplicates(known);
    const importedAt = this.#deps.clock.now();
    for (const token of tokens) {
      const key = keyOf(token.serial);
      const record: HardwareToken = { ...withoutLine(token), importedAt, owner: undefined, retired: false };
      if (!(await this.#deps.store.create(key, this.#codec.encode(key, record)))) throw duplicates([token]);
      await this.#deps.store.add(listKey, token.serial);
    }
    await this.#deps.audit.record({ type: 'tokens.imported', realm: '', count: tokens.length, by });
  }

  async find(serial: string): Promise<HardwareToken | undefined> {
    const key = keyOf(serial);
    const record = await this.#deps.store.get(key);
    return record === undefined ? undefined : this.#codec.decode(key, record.value);
  }

  /** By serial number, between two bounds, at most `limit`. */
  async list(options: MembersOptions = {}): Promise<HardwareToken[]> {
    const serials = await this.#deps.store.members(listKey, options);
    const tokens = await Promise.all(serials.map(serial => this.find(serial)));
    return tokens.filter(token => token !== undefined);
  }

  /** Marks it as one person's; undefined where it is somebody's, retired, or not there: of two at once one gets it (R07). */
  async claim(serial: string, owner: { person: string; factor: string }): Promise<HardwareToken | undefined> {
    return this.#change(serial, token =>
      token.owner !== undefined || token.retired
        ? undefined
        : { ...token, owner: { ...owner, since: this.#deps.clock.now() } },
    );
  }

  /** Back in stock, or out of use for good. Only where this very factor holds it. */
  async release(serial: string, factor: string, retired = false): Promise<HardwareToken | undefined> {
    return this.#change(serial, token =>
      token.owner?.factor !== factor ? undefined : { ...token, owner: undefined, retired: token.retired || retired },
    );
  }

  #change(serial: string, change: (token: HardwareToken) => HardwareToken | undefined) {
    return update(this.#deps.store, keyOf(serial), this.#codec, change);
  }
}

function keyOf(serial: string): string {
  return `hardware-token:{${sha256(serial)}}`;
}

function withoutLine(token: NewToken | FileToken): NewToken {
  const { line: _, ...kept } = { line: 0, ...token };
  return kept;
}

function duplicates(tokens: readonly (NewToken | FileToken)[]): SluisError {
  const listed = tokens.map(
    token => `${'line' in token ? `line ${token.line}: ` : ''}the token ${token.serial} is in the register already`,
  );
  return new SluisError('tokens.refused', listed.join('\n'), {
    remedy: 'Nothing was imported. Take these tokens out of the file, or look at them with: sluis tokens list',
  });
}
