import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A file of the source: its path below src with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** All TypeScript below a folder that is part of the product; tests and contract suites are not. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.(test|contract)\.tsx?$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .map(file => ({ path: relative(folder, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export interface Import {
  /** `../kernel/clock.ts`, `node:fs`, `jose`. */
  readonly from: string;
  /** Only types, which are gone when the program runs. */
  readonly typeOnly: boolean;
}

/** What a file imports or passes on, dynamic imports too. */
export function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  const statements = [...code.matchAll(/^\s*(?:import|export)\b(?!\s*\()([^'";]*?)\bfrom\s*['"]([^'"]+)['"]/gm)];
  const bare = [...code.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm)];
  const dynamic = [...code.matchAll(/\b(?:import|require)\s*\(\s*['"`]([^'"`]+)['"`]/g)];
  return [
    ...statements.map(([, names = '', from = '']) => ({ from, typeOnly: namesTypesOnly(names) })),
    ...[...bare, ...dynamic].map(([, from = '']) => ({ from, typeOnly: false })),
  ];
}

function namesTypesOnly(names: string): boolean {
  if (/^\s*type\b/.test(names)) return true;
  const [, list] = /\{([^}]*)\}/.exec(names) ?? [];
  const each = (list ?? '').split(',').filter(name => name.trim() !== '');
  return each.length > 0 && each.every(name => /^\s*type\s/.test(name));
}

/** The text with comments blanked out; strings and lines stay where they are. */
export function withoutComments(text: string): string {
  const parts = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|(?<![:\\/])\/\/[^\n]*/g;
  return text.replace(parts, part => (/^\/[/*]/.test(part) ? part.replace(/[^\n]/g, ' ') : part));
}
