import { passing } from './headers.ts';

/** The lines of a request head, read once: browsers say the same with many requests. */
export class Lines {
  /** Name, value, name, value, … in the order they came; names lower-cased. */
  readonly raw: readonly string[];
  readonly #connection: string | undefined;
  #passing: readonly string[] | undefined;

  /** `connection`: what Connection said; headers that it names are this hop's own. */
  constructor(raw: readonly string[], connection?: string) {
    this.raw = raw;
    this.#connection = connection;
  }

  /** Those of them that may go on to an app. */
  get passing(): readonly string[] {
    this.#passing ??= passing(this.raw, this.#connection);
    return this.#passing;
  }

  /** The first value of this (lower-case) name. */
  first(name: string): string | undefined {
    for (let i = 0; i < this.raw.length; i += 2) if (this.raw[i] === name) return this.raw[i + 1];
    return undefined;
  }

  filter(isKept: (name: string) => boolean): Lines {
    const kept: string[] = [];
    for (let i = 0; i < this.raw.length; i += 2) {
      const name = this.raw[i] as string;
      if (isKept(name)) kept.push(name, this.raw[i + 1] as string);
    }
    return new Lines(kept, this.#connection);
  }

  /** The same, and these pairs behind them. */
  with(pairs: readonly string[]): Lines {
    return new Lines([...this.raw, ...pairs], this.#connection);
  }
}
