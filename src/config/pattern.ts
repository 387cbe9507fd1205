import safeRegex from 'safe-regex2';
import { z } from 'zod';

const longest = 500;

/**
 * Why a pattern from the configuration is not taken, or undefined where it is. Patterns run on what an app answers,
 * so one that backtracks without end would stop the gateway (CWE-1333). Refused are: what does not compile, nested
 * repetition (safe-regex2), a choice inside a repeated group, and references back. Not found: patterns of polynomial
 * cost; what they run on is capped instead (rule 9).
 */
export function patternFault(source: string): string | undefined {
  if (source.length > longest) return `expected a pattern of at most ${longest} characters`;
  try {
    new RegExp(source);
  } catch {
    return 'expected a JavaScript regular expression (it does not compile)';
  }
  if (/\\[1-9]|\\k</.test(source))
    return 'expected a pattern without references back (\\1): they can take endless time';
  if (!safeRegex(source)) return 'expected a pattern without nested repetition such as (a+)+: it can take endless time';
  if (repeatsChoice(source)) return 'expected no choice inside a repeated group such as (a|b)*; write a class: [ab]*';
  return undefined;
}

/** True where a group that holds `|` is followed by `*`, `+` or `{`. */
function repeatsChoice(source: string): boolean {
  const groups: boolean[] = [];
  const plain = source.replace(/\\./gu, '_').replace(/\[[^\]]*\]/gu, '_');
  for (const [index, character] of [...plain].entries()) {
    if (character === '(') groups.push(false);
    else if (character === '|') groups.fill(true);
    else if (character === ')' && groups.pop() === true && /[*+{]/.test([...plain][index + 1] ?? '')) return true;
  }
  return false;
}

/** A pattern as text; stays text. */
export const pattern = z.string('expected a pattern as text').superRefine((source, context) => {
  const fault = patternFault(source);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** A pattern whose first group is what is wanted. */
export const patternWithGroup = pattern.refine(source => /\((?!\?)|\(\?</.test(source.replace(/\\./gu, '')), {
  message: 'expected a pattern with a group: the first (…) is the account name',
});
