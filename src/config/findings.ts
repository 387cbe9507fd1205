import type { Problem } from './problem.ts';
import type { Path } from './source.ts';

/** Where a check leaves what it found; `error` ends the start, `warn` is only said. */
export interface Findings {
  error(path: Path, finding: Finding): void;
  warn(path: Path, finding: Finding): void;
}

export type Finding = Pick<Problem, 'found' | 'expected' | 'hint'>;
