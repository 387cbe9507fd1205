import type { Settings } from '../config/settings.ts';

/** One thing that was looked at. `bad` needs doing; a `note` is for the operator to know. */
export interface Finding {
  readonly weight: 'good' | 'note' | 'bad';
  readonly what: string;
  readonly remedy?: string;
}

/** R04: that level 1 is accepted, why, and what opens with it, for whoever looks after it now. */
export function levelFindings({ levels, apps }: Pick<Settings, 'levels' | 'apps'>): readonly Finding[] {
  if (levels.acceptLevel1 === undefined) return [];
  const low = apps
    .filter(({ level, routes }) => level < 2 || routes.some(route => route.level < 2))
    .map(({ id }) => id);
  const where = low.length === 0 ? 'nothing opens with it' : `opens in ${low.join(', ')}`;
  return [
    { weight: 'note', what: `level 1 is accepted (levels.acceptLevel1): ${levels.acceptLevel1.reason}; ${where}` },
  ];
}

const marks = { good: 'ok  ', note: 'note', bad: 'BAD ' } as const;

/** Says what was found, the worst last, where it is read first. Exit code 0, or 1 where something is bad. */
export function doctor(findings: readonly Finding[], out: (line: string) => void): number {
  for (const weight of ['good', 'note', 'bad'] as const)
    for (const finding of findings.filter(one => one.weight === weight)) say(finding, out);
  const bad = findings.filter(({ weight }) => weight === 'bad').length;
  out(bad === 0 ? 'Nothing bad was found.' : `${bad === 1 ? 'One thing is' : `${bad} things are`} bad.`);
  return bad === 0 ? 0 : 1;
}

function say({ weight, what, remedy }: Finding, out: (line: string) => void): void {
  out(`${marks[weight]}  ${what}.`);
  if (remedy !== undefined) out(`      what to do: ${remedy}`);
}
