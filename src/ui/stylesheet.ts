/**
 * Cuts the component library and the token set (600 KB) down to what the pages use, once at start: people behind a
 * slow line wait for this file before they can sign in.
 */
export function trimStylesheet(components: string, tokens: string, own: string, names: readonly string[]): string {
  const selector = new RegExp(`^\\.utrecht-(?:${names.join('|')})(?:(?:--|__)[a-z0-9-]+)?$`);
  const kept = keepRules(stripComments(components).replace(/\s+/g, ' '), selector);
  const used = `${kept}\n${own}`;
  return `${licences}\n${tokensFor(tokens, used)}\n${kept}\n${own}`;
}

/** Puts the tokens of a theme on the root element, whatever class the theme gave itself. */
export function themeOnRoot(css: string): string {
  return css.replace(/\.[a-z0-9-]+-theme(?=[\s,{])/g, ':root');
}

const licences =
  '/* Components: Copyright (c) Gemeente Utrecht, Frameless B.V. Tokens: Copyright (c) NL Design System Community. EUPL-1.2. */';

function keepRules(css: string, selector: RegExp): string {
  return splitRules(css)
    .map(rule => keepRule(rule, selector))
    .filter(rule => rule !== '')
    .join('\n');
}

function keepRule(rule: { readonly prelude: string; readonly body: string }, selector: RegExp): string {
  if (rule.prelude.startsWith('@media')) {
    const inner = keepRules(rule.body, selector);
    return inner === '' ? '' : `${rule.prelude} {\n${inner}\n}`;
  }
  return isUsed(rule.prelude, selector) ? `${rule.prelude} {${rule.body}}` : '';
}

/** Every component class of the rule is one of ours: what styles a component inside another is left out. */
function isUsed(prelude: string, selector: RegExp): boolean {
  const classes = prelude.match(/\.utrecht-[a-z0-9_-]+/g) ?? [];
  return classes.length > 0 && classes.every(name => selector.test(name));
}

function splitRules(css: string): { prelude: string; body: string }[] {
  const rules: { prelude: string; body: string }[] = [];
  let from = 0;
  let open = css.indexOf('{');
  while (open >= 0) {
    const close = closingBrace(css, open);
    rules.push({ prelude: preludeOf(css.slice(from, open)), body: css.slice(open + 1, close) });
    from = close + 1;
    open = css.indexOf('{', from);
  }
  return rules;
}

/** What stands before a block, without statements such as @charset that ended before it. */
function preludeOf(text: string): string {
  return text.slice(text.lastIndexOf(';') + 1).trim();
}

function closingBrace(css: string, open: number): number {
  let depth = 0;
  for (let index = open; index < css.length; index += 1) {
    if (css[index] === '{') depth += 1;
    if (css[index] === '}') depth -= 1;
    if (depth === 0) return index;
  }
  return css.length;
}

/** The declarations of every token that is used, or that a used one is made of. */
function tokensFor(tokens: string, used: string): string {
  const declared = new Map(
    Array.from(stripComments(tokens).matchAll(/(--[\w-]+):\s*([^;]+);/g), ([, name = '', value = '']) => [name, value]),
  );
  const wanted = new Set<string>();
  const queue = namesIn(used);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const value = declared.get(name);
    if (value === undefined || wanted.has(name)) continue;
    wanted.add(name);
    queue.push(...namesIn(value));
  }
  const lines = Array.from(declared).filter(([name]) => wanted.has(name));
  return `:root {\n${lines.map(([name, value]) => `  ${name}: ${value.trim()};`).join('\n')}\n}`;
}

function namesIn(css: string): string[] {
  return Array.from(css.matchAll(/var\(\s*(--[\w-]+)/g), ([, name = '']) => name);
}

function stripComments(css: string): string {
  return css.replace(/\/\*[\s\S]*?\*\//g, '');
}
