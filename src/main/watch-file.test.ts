import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { watchSettled } from './watch-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluis-watch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('what somebody writes slowly is looked at once it is whole', async () => {
  const file = join(folder, 'a.yaml');
  writeFileSync(file, 'before');
  const seen: string[] = [];
  const whole = Promise.withResolvers<void>();
  const end = watchSettled(file, 200, () => {
    seen.push(readFileSync(file, 'utf8'));
    whole.resolve();
  });
  // Written and watched in one process, so that a machine that is slow is so for both.
  let text = '';
  const writer = setInterval(() => {
    text += 'x';
    writeFileSync(file, text);
    if (text.length === 60) clearInterval(writer);
  }, 10);
  await whole.promise;
  end();
  expect(seen).toEqual(['x'.repeat(60)]);
});

it('tells of a file that went away, and of nothing once it is told to end', async () => {
  const file = join(folder, 'b.yaml');
  writeFileSync(file, 'before');
  const gone = Promise.withResolvers<void>();
  const end = watchSettled(file, 50, () => gone.resolve());
  rmSync(file);
  await gone.promise;
  end();
});
