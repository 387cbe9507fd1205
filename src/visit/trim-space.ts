/**
 * Takes SP and HTAB off both ends, as browsers do with cookies: a name with another space around it is another name.
 * Looks at each end once; a pattern that searches for the end begins anew at every space inside (CWE-1333).
 */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
