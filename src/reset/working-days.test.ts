import { describe, expect, test } from 'vitest';
import { easterOf, holidaysOf, isWorkingDay, workingDaysBetween } from './working-days.ts';

const day = 24 * 60 * 60_000;
const number = (date: string) => Date.parse(`${date}T00:00:00Z`) / day;
const dates = (year: number) =>
  [...holidaysOf(year)].sort((a, b) => a - b).map(at => new Date(at * day).toISOString().slice(5, 10));

describe('R35: public holidays in the Netherlands', () => {
  test.each([
    [1818, '1818-03-22'],
    [1943, '1943-04-25'],
    [2000, '2000-04-23'],
    [2008, '2008-03-23'],
    [2025, '2025-04-20'],
    [2026, '2026-04-05'],
    [2027, '2027-03-28'],
    [2038, '2038-04-25'],
  ])('Easter of %i is on %s', (year, date) => {
    expect(easterOf(year)).toBe(number(date));
  });

  test('each Easter from 1900 to 2199 is a Sunday from 22 March to 25 April', () => {
    for (let year = 1900; year < 2200; year += 1) {
      const date = new Date(easterOf(year) * day);
      expect(date.getUTCDay(), String(year)).toBe(0);
      expect(easterOf(year)).toBeGreaterThanOrEqual(number(`${year}-03-22`));
      expect(easterOf(year)).toBeLessThanOrEqual(number(`${year}-04-25`));
    }
  });

  test('2026 and 2025: the King celebrates a day earlier where 27 April is a Sunday', () => {
    expect(dates(2026)).toEqual([...['01-01', '04-03', '04-06', '04-27', '05-05', '05-14', '05-25', '12-25', '12-26']]);
    expect(dates(2025)).toContain('04-26');
    expect(dates(2025)).not.toContain('04-27');
  });

  test('5 May is one each year, and 4 May never', () => {
    for (const year of [2024, 2025, 2026, 2027]) expect(dates(year)).toContain('05-05');
    expect(isWorkingDay(number('2026-05-04'))).toBe(true);
  });
});

describe('R35: age in working days', () => {
  test.each([
    // A Monday: Wednesday is the second day, Thursday one too many.
    ['2026-11-16T08:00:00Z', '2026-11-16T16:00:00Z', 0],
    ['2026-11-16T08:00:00Z', '2026-11-18T22:59:00Z', 2],
    ['2026-11-16T08:00:00Z', '2026-11-18T23:01:00Z', 3],
    ['2026-11-20T15:00:00Z', '2026-11-23T08:00:00Z', 1],
    ['2026-11-21T15:00:00Z', '2026-11-22T08:00:00Z', 0],
    ['2026-12-24T15:00:00Z', '2026-12-28T08:00:00Z', 1],
    ['2026-04-02T15:00:00Z', '2026-04-07T08:00:00Z', 1],
    ['2026-12-31T15:00:00Z', '2027-01-04T08:00:00Z', 1],
    // The night in which the clock goes forward, and a day of the Netherlands that begins in summer time.
    ['2026-03-27T12:00:00Z', '2026-03-30T08:00:00Z', 1],
    ['2026-07-01T21:59:00Z', '2026-07-01T22:01:00Z', 1],
    ['2026-07-02T12:00:00Z', '2026-07-01T12:00:00Z', 0],
  ])('from %s to %s: %i', (from, to, age) => {
    expect(workingDaysBetween(Date.parse(from), Date.parse(to))).toBe(age);
  });
});
