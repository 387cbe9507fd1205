import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const flags = createRequire(import.meta.url)('../../bin/node-flags.cjs') as readonly string[];
const root = new URL('../../', import.meta.url);

describe('how Node is started for Sluis', () => {
  it('the image says it as the commands do', () => {
    const [, line = ''] = /^ENTRYPOINT (.+)$/m.exec(readFileSync(new URL('Dockerfile', root), 'utf8')) ?? [];
    expect(JSON.parse(line)).toEqual(['node', ...flags, 'dist/src/main.js']);
  });

  it('so do the service and the command of the guide', () => {
    const guide = readFileSync(new URL('docs/operators-guide.md', root), 'utf8');
    const lines = [...guide.matchAll(/\/bin\/node (.+) \/opt\/sluis\/dist\/src\/main\.js/g)].map(
      ([, said = '']) => said,
    );
    expect(lines).toEqual([flags.join(' '), flags.join(' ')]);
  });

  it('this Node takes each of them', () => {
    const { status, stderr } = spawnSync(process.execPath, [...flags, '--eval', '0'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});
