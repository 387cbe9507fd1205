import { checkFirstFactor } from './checks-first-factor.ts';
import { highestOf } from './checks-webauthn.ts';
import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';

/** Whether the console stands on the portal host of a realm, under its path, and not on a host of its own. */
export function sharesPortal({ console, realms }: Pick<Parts, 'console' | 'realms'>): boolean {
  return [...realms.values()].some(({ portal }) => portal === console?.origin);
}

export function checkConsole(parts: Parts, highestLevel: number, findings: Findings): void {
  const settings = parts.console;
  if (settings === undefined) return;
  const { idle, absolute, level } = settings;
  checkFirstFactor(settings.firstFactor, findings);
  if (idle > absolute)
    findings.error(['console', 'idle'], { found: 'more than console.absolute', expected: 'at most console.absolute' });
  const highest = highestOf(parts, Math.max(highestLevel, 3));
  if (level === undefined || level <= highest) return;
  findings.error(['console', 'level'], {
    found: `level ${level}`,
    expected: `at most ${highest}, the highest that a factor reaches here`,
    hint: 'webauthn.metadata lets security keys reach level 4',
  });
}
