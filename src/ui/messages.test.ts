import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isLanguage, type MessageId, messages, pickLanguage, translateTo } from './messages.ts';
import { frozenIds } from './messages-frozen.ts';
import { frozenConsoleIds } from './messages-frozen-console.ts';
import { frozenNoticeIds } from './messages-frozen-notice.ts';
import { frozenOwnIds } from './messages-frozen-own.ts';
import { frozenResetIds } from './messages-frozen-reset.ts';

const ids = Object.keys(messages.nl) as MessageId[];
/** Who runs Sluis knows the words of the trade. */
const ofConsole = (id: string) => /^(?:console|console-reset)\./.test(id);

function places(text: string): string[] {
  return Array.from(text.matchAll(/\{[a-z]+\}/g), match => match[0]).sort();
}

describe('messages', () => {
  test('R30: an id is permanent: none that was ever given out is gone, and new ones are written down', () => {
    expect(ids.toSorted()).toEqual(
      [...frozenIds, ...frozenConsoleIds, ...frozenNoticeIds, ...frozenResetIds, ...frozenOwnIds].toSorted(),
    );
    // Renaming an id in both places at once changes this figure: change it only when ids were added.
    expect(createHash('sha256').update(frozenIds.join('\n')).digest('hex').slice(0, 12)).toBe('79c80e195447');
  });

  test('both languages are complete and fill the same places', () => {
    expect(Object.keys(messages.en).toSorted()).toEqual(ids.toSorted());
    for (const id of ids) {
      expect(messages.en[id].trim(), id).not.toBe('');
      expect(places(messages.en[id]), id).toEqual(places(messages.nl[id]));
    }
  });

  test('B1: sentences of at most 20 words, and none of the words that people do not know', () => {
    for (const id of ids) {
      const text = messages.nl[id];
      for (const sentence of text.split(/[.!?:]\s/))
        expect(sentence.split(/\s+/).length, `${id}: ${sentence}`).toBeLessThanOrEqual(20);
      if (!ofConsole(id))
        expect(text, id).not.toMatch(
          /\b(token|authenticeren|credentials?|2FA|MFA|factor|sessie|verifiëren|je|jij|jouw)\b/i,
        );
    }
  });

  test('fills places, with text as it is', () => {
    expect(translateTo('en')('page.to-app', { app: '$& <b>' })).toBe('Go to $& <b>');
  });
});

describe('pickLanguage', () => {
  test.each([
    [undefined, undefined, 'nl'],
    ['en', undefined, 'en'],
    ['en-GB,nl;q=0.8', undefined, 'en'],
    ['de,nl;q=0.5,en;q=0.4', undefined, 'nl'],
    ['fr, en;q=0.9, nl;q=0.95', undefined, 'nl'],
    ['en;q=0, nl;q=0.1', undefined, 'nl'],
    ['de', undefined, 'nl'],
    ['en', 'nl', 'nl'],
    ['nl', 'en', 'en'],
    ['en', 'xx', 'en'],
    [',;;q=,en;q=x', undefined, 'en'],
  ])('%s with cookie %s is %s', (header, cookie, expected) => {
    expect(pickLanguage(header, cookie)).toBe(expected);
  });

  test('knows its own languages only', () => {
    expect(isLanguage('toString')).toBe(false);
  });
});
