const day = 24 * 60 * 60_000;
const dateInTheNetherlands = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/Amsterdam',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/**
 * Working days that began since: 0 on the day itself. Monday to Friday by the clock of the Netherlands, without the days
 * of article 3 of the Algemene termijnenwet, by which public bodies count: Good Friday and 5 May are among them each year.
 */
export function workingDaysBetween(from: number, to: number): number {
  const last = dayNumber(to);
  let count = 0;
  for (let at = dayNumber(from) + 1; at <= last; at += 1) if (isWorkingDay(at)) count += 1;
  return count;
}

/** The day in the Netherlands at this moment, as days since 1 January 1970. */
function dayNumber(time: number): number {
  const [year = 0, month = 1, date = 1] = dateInTheNetherlands.format(new Date(time)).split('-').map(Number);
  return Date.UTC(year, month - 1, date) / day;
}

export function isWorkingDay(number: number): boolean {
  const date = new Date(number * day);
  const weekday = date.getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidaysOf(date.getUTCFullYear()).has(number);
}

/** The public holidays of a year, as `dayNumber` counts. */
export function holidaysOf(year: number): ReadonlySet<number> {
  const on = (month: number, date: number) => Date.UTC(year, month - 1, date) / day;
  const easter = easterOf(year);
  return new Set([
    on(1, 1),
    easter - 2,
    easter + 1,
    kingsDayOf(year),
    on(5, 5),
    // Ascension, and Whit Monday.
    easter + 39,
    easter + 50,
    on(12, 25),
    on(12, 26),
  ]);
}

/** 27 April, and the day before where that is a Sunday. */
function kingsDayOf(year: number): number {
  const number = Date.UTC(year, 3, 27) / day;
  return new Date(number * day).getUTCDay() === 0 ? number - 1 : number;
}

/** Easter Sunday of the Gregorian calendar (the algorithm of Meeus, Jones and Butcher). */
export function easterOf(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1) / day;
}
