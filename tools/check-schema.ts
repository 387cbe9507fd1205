import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationJsonSchema } from '../src/config/json-schema.ts';
import { reportFaults } from './report-faults.ts';

export const schemaFile = join(import.meta.dirname, '..', 'config', 'sluis.schema.json');

/** What the JSON Schema for editors must hold. */
export function schemaText(): string {
  return `${JSON.stringify(configurationJsonSchema(), undefined, 2)}\n`;
}

/** The schema for editors is made from the one that checks; nobody edits it by hand. */
export function schemaFaults(file: string): string[] {
  const remedy = 'run: node tools/schema.ts';
  if (!existsSync(file)) return [`${file} is not there; ${remedy}`];
  return readFileSync(file, 'utf8') === schemaText()
    ? []
    : [`${file} is not what src/config/schema.ts says; ${remedy}`];
}

if (import.meta.main) reportFaults('schema', schemaFaults(schemaFile));
