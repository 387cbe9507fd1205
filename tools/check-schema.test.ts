import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { schemaFaults, schemaFile, schemaText } from './check-schema.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluis-schema-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('the schema for editors is what the configuration says', () => expect(schemaFaults(schemaFile)).toEqual([]));

it('finds a schema that drifted, and one that is not there', () => {
  const file = join(folder, 'schema.json');
  writeFileSync(file, schemaText().replace('"listen"', '"listn"'));
  expect(schemaFaults(file)).toEqual([expect.stringContaining('is not what src/config/schema.ts says')]);
  expect(schemaFaults(join(folder, 'none.json'))).toEqual([expect.stringContaining('is not there')]);
});
