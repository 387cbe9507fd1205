import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { docFaults, documentsOf, headingsOf, knownFrom, programText } from './check-docs.ts';

const project = join(import.meta.dirname, '..');
const program = `
  command(program, 'serve').option('--config <file>', 'which');
  const users = command(program, 'users').description('people');
  command(users, 'invite').option('--reason <text>', 'why');
`;
const known = knownFrom(program, ['bench']);
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluis-docs-'));
  mkdirSync(join(root, 'docs', 'decisions'), { recursive: true });
  writeFileSync(join(root, 'docs', 'guide.md'), '# The guide\n\n## What to do, first\n');
});
afterEach(() => rmSync(root, { recursive: true }));

function faults(text: string): string[] {
  writeFileSync(join(root, 'README.md'), text);
  return docFaults(root, known);
}

it('the documents of this project name what is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { scripts: object };
  const real = knownFrom(programText(project), Object.keys(scripts));
  expect([...real.commands]).toEqual(expect.arrayContaining(['serve', 'protect', 'users invite', 'audit verify']));
  expect(documentsOf(project)).toEqual(expect.arrayContaining(['README.md', 'docs/decisions/README.md']));
  expect(docFaults(project, real)).toEqual([]);
});

it('reads commands, options and anchors', () => {
  expect([...known.commands]).toEqual(['serve', 'users', 'users invite']);
  expect([...known.options]).toEqual(['--config', '--reason']);
  expect([...headingsOf('## What to do, first\n```\n# not this\n```\n### `code` and R02')]).toEqual([
    'what-to-do-first',
    'code-and-r02',
  ]);
});

it('finds nothing where all is there', () => {
  expect(
    faults(
      'see [it](docs/guide.md#what-to-do-first), [here](#top), `docs/guide.md`, `npm run bench`, `sluis users`\n# Top\n' +
        '```sh\nnpx sluis users invite anna --reason "with --odd words" > out.txt\n```\n```\nsluis whatever\n```\n',
    ),
  ).toEqual([]);
});

it('finds links, headings and files that are not there', () => {
  expect(faults('[it](docs/gone.md) [part](docs/guide.md#gone) [own](#gone) `src/gone.ts` `docs/guide.md/`')).toEqual([
    'README.md: links to docs/gone.md, which is not there',
    'README.md: links to docs/guide.md#gone; docs/guide.md has no such heading',
    'README.md: links to #gone; README.md has no such heading',
    'README.md: names src/gone.ts, which is not there',
    'README.md: names docs/guide.md/, which is not there',
  ]);
});

it('finds commands, options and scripts that are not there, also below docs', () => {
  writeFileSync(join(root, 'docs', 'decisions', '0001.md'), '`sluis users remove anna` and `npm run gone`');
  expect(faults('```sh\nsluis doctor\nsluis users invite anna --force\n```\n')).toEqual([
    'README.md: sluis doctor is no command',
    'README.md: sluis users invite has no option --force',
    'docs/decisions/0001.md: sluis users remove is no command',
    'docs/decisions/0001.md: npm run gone is no script of the package',
  ]);
});
