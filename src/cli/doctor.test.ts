import { describe, expect, it } from 'vitest';
import { doctor, type Finding } from './doctor.ts';

function told(findings: readonly Finding[]) {
  const lines: string[] = [];
  return { code: doctor(findings, line => lines.push(line)), lines };
}

describe('sluis doctor', () => {
  it('says the worst last, with what to do, and ends with 1', () => {
    const { code, lines } = told([
      { weight: 'bad', what: 'data may be thrown away', remedy: 'Set noeviction.' },
      { weight: 'good', what: 'Redis 7.2.4, master' },
      { weight: 'note', what: 'memory has no limit' },
    ]);
    expect(code).toBe(1);
    expect(lines).toEqual([
      'ok    Redis 7.2.4, master.',
      'note  memory has no limit.',
      'BAD   data may be thrown away.',
      '      what to do: Set noeviction.',
      'One thing is bad.',
    ]);
  });

  it('ends with 0 where nothing is bad', () => {
    const { code, lines } = told([{ weight: 'note', what: 'one machine' }]);
    expect([code, lines.at(-1)]).toEqual([0, 'Nothing bad was found.']);
  });
});
