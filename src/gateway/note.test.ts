import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { readTarget } from '../policy/target.ts';
import { cookieNames, dropCookie, setCookie } from './cookie-names.ts';
import { type AppRuntime, Exchange } from './exchange.ts';
import type { Head } from './head.ts';
import { leaveNote, notes, takeNote } from './note.ts';

function exchange(cookie?: string): Exchange {
  const app = { settings: { title: 'Webmail' } } as AppRuntime;
  return new Exchange(
    app,
    { cookie } as Head,
    readTarget('/'),
    {} as IncomingMessage,
    {} as ServerResponse,
    '192.0.2.1',
  );
}

describe('cookies of ours', () => {
  it('are for this host alone, for no script, and for no foreign form', () => {
    for (const name of Object.values(cookieNames)) {
      expect(name).toMatch(/^__Host-sluis/);
      expect(setCookie(name, 'v')).toBe(`${name}=v; Path=/; Secure; HttpOnly; SameSite=Lax`);
      expect(setCookie(name, 'v', 60)).toBe(`${name}=v; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax`);
      expect(dropCookie(name)).toBe(`${name}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax`);
    }
    expect(new Set(Object.values(cookieNames)).size).toBe(Object.values(cookieNames).length);
  });
});

describe('R43 what a fresh login page says first', () => {
  it.each(Object.keys(notes) as (keyof typeof notes)[])('%s is left as a code and taken once', note => {
    const left = exchange();
    leaveNote(left, note, 12);
    expect(left.setCookies).toEqual([setCookie(cookieNames.note, `${note}.12`, 60)]);
    const taken = exchange(`${cookieNames.note}=${note}.12`);
    expect(takeNote(taken)).toMatchObject({ values: { seconds: 12, app: 'Webmail' } });
    expect(taken.setCookies).toEqual([dropCookie(cookieNames.note)]);
  });

  it.each(['', 'x', '__proto__', 'constructor', '<b>', 'limited<script>', 'toString.5'])(
    '%j says nothing, and goes',
    value => {
      const taken = exchange(`${cookieNames.note}=${value}`);
      expect(takeNote(taken)).toBeUndefined();
      expect(taken.setCookies).toEqual([dropCookie(cookieNames.note)]);
    },
  );

  it.each(['limited', 'limited.', 'limited.-1', 'limited.1e9', 'limited.999999', 'limited.<b>'])(
    '%j has no time of its own',
    value => {
      expect(takeNote(exchange(`${cookieNames.note}=${value}`))?.values['seconds']).toBe(60);
    },
  );

  it('of two notes neither is said', () => {
    expect(takeNote(exchange(`${cookieNames.note}=spent; ${cookieNames.note}=name`))).toBeUndefined();
    expect(takeNote(exchange())).toBeUndefined();
  });
});
