/** Milliseconds between two questions: first soon, for most answers are nearly there. */
const soonest = 20;
const slowest = 250;

/**
 * Asks until there is an answer, for at most about `bound` milliseconds; then undefined. For what another process is
 * doing: that it is done cannot be told by a message alone, so it is asked for.
 */
export async function eventually<T>(ask: () => Promise<T | undefined>, bound: number): Promise<T | undefined> {
  let waited = 0;
  for (let pause = soonest; ; pause = Math.min(pause * 2, slowest)) {
    const answer = await ask();
    if (answer !== undefined || waited >= bound) return answer;
    await new Promise<void>(resolve => setTimeout(resolve, pause));
    waited += pause;
  }
}
