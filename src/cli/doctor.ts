/** One thing that was looked at. `bad` needs doing; a `note` is for the operator to know. */
export interface Finding {
  readonly weight: 'good' | 'note' | 'bad';
  readonly what: string;
  readonly remedy?: string;
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
