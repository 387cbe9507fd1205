/** One thing that is wrong, or deserves a second look, in a configuration. */
export interface Problem {
  /** `apps.post.level`; empty where it concerns the whole file. */
  readonly path: string;
  /** Counted from 1; undefined where the file could not be read at all. */
  readonly line: number | undefined;
  /** What stands there, shortened, secrets left out. */
  readonly found: string;
  readonly expected: string;
  /** The nearest right name, or what to do. */
  readonly hint?: string;
}

/** For the terminal: place, what was found, what is expected, what to do; one block a problem. */
export function formatProblems(problems: readonly Problem[], file: string): string {
  return problems.map(problem => formatProblem(problem, file)).join('\n');
}

function formatProblem({ path, line, found, expected, hint }: Problem, file: string): string {
  const place = line === undefined ? file : `${file}:${line}`;
  const lines = [path === '' ? place : `${place}  ${path}`, `  found     ${found}`, `  expected  ${expected}`];
  if (hint !== undefined) lines.push(`  hint      ${hint}`);
  return lines.join('\n');
}

/** The candidate that a typing mistake most likely meant: at most a third of its letters differ. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map(candidate => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** Levenshtein, with a swap of neighbours as one step (`lvel` and `leevl` are both one from `level`). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let steps = Math.min((above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (above[column - 1] ?? 0) + cost);
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && swapped) steps = Math.min(steps, (before[column - 2] ?? 0) + 1);
      current.push(steps);
    }
    before = above;
    above = current;
  }
  return above[b.length] ?? 0;
}
