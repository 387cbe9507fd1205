import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layerFaults } from './check-layers.ts';
import { importsOf, sourceFiles, withoutComments } from './source-files.ts';

const sound: Record<string, string> = {
  'kernel/clock.ts': 'export interface Clock { now(): number }',
  'policy/decide.ts': "import type { Clock } from '../kernel/clock.ts';\nexport function decide(facts: Facts) {}",
  'gateway/gate.ts': "import { decide } from '../policy/decide.ts';\nexport const gate = () => decide(facts);",
};

function faultsWith(changes: Record<string, string>): string[] {
  const files = { ...sound, ...changes };
  return layerFaults(Object.entries(files).map(([path, text]) => ({ path, text })));
}

describe('the layers', () => {
  it('hold in a sound project', () => expect(faultsWith({})).toEqual([]));

  it('hold in this project', () => {
    const files = sourceFiles(join(import.meta.dirname, '..', 'src'));
    expect(files.length).toBeGreaterThan(40);
    // Whether decide() has its one call site is for the check itself, on a whole project.
    expect(layerFaults(files).filter(fault => !fault.includes('(rule 1)'))).toEqual([]);
  });

  it.each([
    ['kernel/a.ts', "import type { Level } from '../config/settings.ts';", 'kernel may use nothing of config'],
    ['audit/a.ts', 'await store.trim(auditLog, 5);', 'takes entries of a log away'],
    ['kernel/a.ts', "import { z } from 'zod';", 'kernel may not'],
    ['policy/a.ts', "import { request } from 'node:http';", 'policy may not'],
    ['signin/a.ts', "import { Agent } from 'undici';", 'signin may not'],
    ['session/a.ts', "import { DatabaseSync } from 'node:sqlite';", 'session may not'],
    ['session/a.ts', "import pino from 'pino';", 'session may not'],
    ['visit/a.ts', "const fs = await import('node:fs');", 'visit may not'],
    ['visit/a.ts', "import { SqliteStore } from '../store/sqlite/sqlite-store.ts';", 'visit may use nothing of store'],
    ['factor/a.ts', "import { loadSettings } from '../config/load.ts';", 'the settings only'],
    ['factor/a.ts', "import { thing } from '../config/settings.ts';", 'factor may use types only of config'],
    ['factor/totp/a.ts', "import { page } from '../../portal/page.ts';", 'factor may use nothing of portal'],
    ['gateway/a.ts', "import type { Page } from '../portal/page.ts';", 'gateway may use nothing of portal'],
    ['portal/a.tsx', "import { forward } from '../gateway/forward.ts';", 'portal may use nothing of gateway'],
    ['cli/a.ts', "import { SqliteStore } from '../store/sqlite/sqlite-store.ts';", 'cli may use nothing of store'],
    ['cli/a.ts', "export { forward } from '../gateway/forward.ts';", 'cli may use nothing of gateway'],
    ['ui/a.tsx', "import { decideName } from '../signin/account.ts';", 'ui may use types only of signin'],
    ['ui/a.tsx', "import { Agent } from 'undici';", 'ui may not'],
    ['store/a.ts', "import type { Person } from '../factor/person.ts';", 'store may use nothing of factor'],
    ['stray/a.ts', "import 'node:fs';", 'the room stray has no rule'],
    ['cli/a.ts', "import { x } from '../../tools/x.ts';", 'outside src'],
    ['cli/a.ts', 'const key = process.env.SLUIS_KEYS;', 'reads the environment'],
    ['factor/a.ts', 'const now = Date.now();', 'reads the clock'],
    ['factor/a.ts', 'const now = new Date();', 'reads the clock'],
    ['factor/a.ts', 'const one = Math.random();', 'randomness of its own'],
    ['factor/a.ts', "import { randomBytes } from 'node:crypto';", 'randomness of its own'],
    ['factor/a.ts', 'setTimeout(() => {}, 1);', 'a timer'],
    ['factor/a.ts', 'process.exit(1);', 'reaches for the process'],
  ])('%s may not: %s', (path, text, fault) => {
    expect(faultsWith({ [path]: text })).toEqual([expect.stringContaining(fault)]);
  });

  it.each([
    ['policy/a.ts', '// Date.now() is passed in\n/* Math.random */ export const x = ipaddr.process(text);'],
    ['ui/a.tsx', "import { type Level, type Kind } from '../config/settings.ts';\nimport { jsx } from 'hono/jsx';"],
    ['main.ts', "import { SqliteStore } from './store/sqlite/sqlite-store.ts';\nconst port = process.env.PORT;"],
    ['store/a.ts', "import type { AuditEvent } from '../audit/event.ts';\nimport { Clock } from '../kernel/clock.ts';"],
    ['recovery/a.ts', "import { allow } from '../enrolment/set-up.ts';"],
  ])('%s may: %s', (path, text) => expect(faultsWith({ [path]: text })).toEqual([]));

  it('finds rooms that use each other in a circle', () => {
    const faults = faultsWith({
      'visit/a.ts': "import { b } from '../session/b.ts';",
      'session/b.ts': "import { c } from '../factor/c.ts';",
      'factor/c.ts': "import { a } from '../visit/a.ts';",
    });
    expect(faults.filter(fault => fault.includes('rooms'))).toHaveLength(3);
  });

  it('finds files that use each other in a circle, and leaves those that only name types of each other', () => {
    const circle = { 'portal/a.ts': "import { b } from './b.ts';", 'portal/b.ts': "import { a } from './a.ts';" };
    expect(faultsWith(circle)).toEqual([expect.stringMatching(/portal\/a/), expect.stringMatching(/portal\/b/)]);
    expect(faultsWith({ ...circle, 'portal/b.ts': "import type { A } from './a.ts';" })).toEqual([]);
  });
});

describe('rule 1: one gate', () => {
  it.each([
    ['a second call', { 'portal/a.ts': "import { decide } from '../policy/decide.ts';\ndecide(facts);" }, /2 places/],
    ['no call', { 'gateway/gate.ts': '// decide(facts)' }, /nowhere/],
    ['a second definition', { 'cli/a.ts': 'function decide(facts: Facts) {}' }, /defined in 2/],
    ['another name', { 'cli/a.ts': "import { decide as judge } from '../policy/decide.ts';" }, /another name/],
  ])('finds %s', (_, changes, fault) => {
    expect(faultsWith(changes as Record<string, string>)).toEqual([expect.stringMatching(fault)]);
  });
});

it('reads imports in every form', () => {
  const text = `import a from 'one';\nimport type { B } from "two";\nimport {\n  type C,\n  d,\n} from './three.ts';\nimport 'four';
export type { E } from './five.ts';\nexport * from './six.ts';\n// import x from 'seven';\nconst y = await import('eight');`;
  expect(
    importsOf(text)
      .map(({ from, typeOnly }) => `${from}${typeOnly ? ' (type)' : ''}`)
      .sort(),
  ).toEqual(['./five.ts (type)', './six.ts', './three.ts', 'eight', 'four', 'one', 'two (type)'].sort());
});

it('leaves strings that look like comments', () => {
  expect(withoutComments("a('https://x//y'); // gone")).toBe("a('https://x//y');        ");
});
