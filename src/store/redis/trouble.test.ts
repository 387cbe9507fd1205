import { describe, expect, it } from 'vitest';
import { isConnectionLoss, isSilence, unavailable } from './trouble.ts';

describe('what the driver says', () => {
  it('becomes store.unavailable with its words and without its command', () => {
    const error = Object.assign(new Error('OOM command not allowed'), {
      command: { name: 'eval', args: ['a secret'] },
    });
    const { code, message, remedy, cause } = unavailable(error);
    expect([code, message]).toEqual(['store.unavailable', 'Redis cannot be used: OOM command not allowed.']);
    expect(remedy).toContain('maxmemory');
    expect(Object.keys(cause ?? {})).toEqual([]);
  });

  it('is cut where Redis repeats what it was sent', () => {
    const { message, cause } = unavailable(
      new Error("ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'sluis' 'Geheim-2026'"),
    );
    expect(`${message} ${String(cause)}`).not.toContain('Geheim');
  });

  it('is named by its code where there are no words', () => {
    expect(unavailable(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })).message).toContain(
      'ECONNREFUSED',
    );
  });

  it.each([
    ['Connection is closed.', true],
    ["Stream isn't writeable and enableOfflineQueue options is false", true],
    ['Reached the max retries per request limit (which is 0).', true],
    ['Command timed out', false],
    ["READONLY You can't write against a read only replica.", false],
    ['NOPERM this user has no permissions', false],
  ])('may be sent again only where the connection was lost: %s', (words, lost) => {
    expect(isConnectionLoss(new Error(words))).toBe(lost);
  });

  it.each([
    ['Command timed out', true],
    ['no answer within 0.8 seconds', true],
    ['Connection is closed.', false],
    ['it does not answer', false],
  ])('is silence only where it was waited for in vain: %s', (words, silent) => {
    expect(isSilence(new Error(words))).toBe(silent);
  });
});
