/** Waits for something to be well again, for so many milliseconds from its beginning: who comes later waits less. */
export class Wait {
  readonly soon: Promise<boolean>;
  readonly #resolve: (well: boolean) => void;
  readonly #timer: NodeJS.Timeout;

  constructor(patience: number) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.soon = promise;
    this.#resolve = resolve;
    this.#timer = setTimeout(() => resolve(false), patience);
  }

  settle(well: boolean): void {
    clearTimeout(this.#timer);
    this.#resolve(well);
  }
}
