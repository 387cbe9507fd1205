import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../config/load.ts';
import { presetSource, settingsOf } from './configuration.ts';
import { shareOf, workersOf } from './shares.ts';

const settings = (workers: string, connections = 64) =>
  settingsOf(
    loadSettings(
      `version: 1
data: ./data
workers: ${workers}
limits: { connections: 1000, connectionsPerSource: 500 }
realms: { r: { title: R, portal: 'http://sluis.localhost:8080', firstFactor: activation-code } }
apps:
  a:
    { title: A, realm: r, origin: 'http://a.localhost:8080', preset: demo,
      upstream: { url: 'http://127.0.0.1:9', connections: ${connections} } }
`,
      { folder: '/tmp', presets: presetSource },
    ),
    'test',
  );

describe('R09 what several workers share', () => {
  it('auto is one for each processor, a number is that number', () => {
    expect(workersOf(settings('auto'))).toBe(availableParallelism());
    expect(workersOf(settings('7'))).toBe(7);
  });

  it.each(['0', '65', '1.5', 'all', '-1'])('%s is no number of workers', workers => {
    expect(() => settings(workers)).toThrow(/workers/);
  });

  it.each([1, 2, 3, 16, 64])('what %d count for themselves is together no more than was written', workers => {
    const share = shareOf(settings(String(workers)), workers);
    expect(share.workers).toBe(workers);
    for (const [part, whole] of [
      [share.limits.connections, 1000],
      [share.limits.connectionsPerSource, 500],
      [share.apps[0]?.upstream.connections ?? 0, 64],
    ] as const) {
      expect(part).toBe(Math.floor(whole / workers));
      expect(part).toBeGreaterThanOrEqual(1);
    }
  });

  it('a worker has one connection at least', () => {
    expect(shareOf(settings('8', 2), 8).apps[0]?.upstream.connections).toBe(1);
  });
});
