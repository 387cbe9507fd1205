import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { claimFolder, type FolderClaim, staleAfter } from './folder-claim.ts';
import { isSameMachine, type Machine, networkFileSystem, networkFileSystemOf, thisMachine } from './machine.ts';

const here: Machine = { name: 'sluis1', id: 'a1', boot: 'b1' };
const there: Machine = { name: 'sluis2', id: 'a2', boot: 'b2' };
let folder: string;
let claims: FolderClaim[];
let warnings: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluis-claim-'));
  claims = [];
  warnings = [];
});
afterEach(() => {
  vi.useRealTimers();
  for (const one of claims) one.release();
  rmSync(folder, { recursive: true });
});

let ids = 0;
function claim(machine: Machine): FolderClaim {
  ids += 1;
  const one = claimFolder({
    folder,
    machine,
    id: `p${ids}`,
    warn: (what, remedy) => warnings.push(`${what}: ${remedy}`),
  });
  claims.push(one);
  return one;
}

/** As if all marks had been left so long ago. */
function age(milliseconds: number): void {
  const then = new Date(Date.now() - milliseconds);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), then, then);
}

const refused = {
  code: 'data.shared',
  message: expect.stringContaining('sluis2'),
  remedy: expect.stringContaining('store.redis'),
};

describe('R25: a data folder that two machines share', () => {
  it('is refused to the second while the first uses it, with its name and the remedy; nothing is left behind', () => {
    claim(there);
    expect(() => claim(here)).toThrow(expect.objectContaining(refused));
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('is free again once the first has ended', () => {
    claim(there).release();
    claim(here);
    expect([readdirSync(folder).length, warnings]).toEqual([1, []]);
  });

  it('is taken over with a warning from one that fell over, and at the border it is not', () => {
    claim(there);
    age(staleAfter - 5000);
    expect(() => claim(here)).toThrow(expect.objectContaining(refused));
    age(staleAfter);
    claim(here);
    expect(warnings).toEqual([expect.stringMatching(/machine sluis2 used .* until 2 minutes ago .*store\.redis/)]);
  });

  it('is refused where a mark cannot be read: whose it is nobody knows', () => {
    writeFileSync(join(folder, 'used-by-x'), '{"na');
    expect(() => claim(here)).toThrow(expect.objectContaining({ code: 'data.shared' }));
  });

  it('is found out later too, for a file server may be late, and the mark is kept fresh', () => {
    vi.useFakeTimers();
    claim(here);
    age(staleAfter * 2);
    writeFileSync(join(folder, 'used-by-x'), JSON.stringify(there));
    vi.advanceTimersByTime(30_000);
    expect(warnings).toEqual([expect.stringContaining('used by another machine, sluis2')]);
    rmSync(join(folder, 'used-by-x'));
    expect(() => claim(there)).toThrow(expect.objectContaining({ message: expect.stringContaining('sluis1') }));
  });

  it('is one machine to any number of its processes; what a killed one left goes away', () => {
    claim(here);
    claim(here);
    expect(readdirSync(folder)).toHaveLength(2);
    age(staleAfter);
    claim(here);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(warnings).toEqual([]);
  });
});

describe('a machine is the same', () => {
  it.each<[string, Machine, boolean]>([
    ['in another container on its kernel', { name: 'f00', id: '', boot: 'b1' }, true],
    ['after a restart', { ...here, boot: 'b9' }, true],
    ['not as a copy of its disk', { ...here, name: 'sluis2', boot: 'b2' }, false],
    ['not as one of its name', { name: 'sluis1', id: 'a2', boot: 'b2' }, false],
    ['not where both say nothing of their kernel', { name: 'f00', id: 'a1', boot: '' }, false],
  ])('%s: %j', (_what, other, same) => {
    expect(isSameMachine(here, other)).toBe(same);
    expect(isSameMachine(other, here)).toBe(same);
  });

  it('as itself, and never says its number', () => {
    expect(isSameMachine(thisMachine(), thisMachine())).toBe(true);
    expect(thisMachine().boot).toMatch(/^(?:[0-9a-f]{32})?$/);
  });
});

it('R25: file systems of networks are known by their number; this one is none', () => {
  expect([0x6969, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0xef53].map(networkFileSystem)).toEqual([
    'NFS',
    'CIFS',
    'SMB',
    '9p',
    'FUSE',
    undefined,
  ]);
  expect(networkFileSystemOf(join(folder, 'none'))).toBeUndefined();
});
