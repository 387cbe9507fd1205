import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyRing } from '../kernel/key-ring.ts';
import { systemRandom } from '../kernel/random.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { AuditTrail } from './chain.ts';
import { createLogger, pinoSink } from './pino-sink.ts';
import { hidden, isSecretName, printable, redact } from './redact.ts';

const secretNames = [
  'password',
  '_pass',
  'Passwd',
  'code',
  'activationCode',
  'recovery_codes',
  'cookie',
  'Set-Cookie',
  'setCookie',
  'authorization',
  'Proxy-Authorization',
  'secret',
  'key',
  'privateKey',
  'X-Api-Key',
  'access_token',
  'otp',
  'wachtwoord',
];
const openNames = [
  'name',
  'app',
  'type',
  'source',
  'reason',
  'statusCode',
  'errorCode',
  'keyboard',
  'passed',
  'decoded',
  'session',
  'factor',
];

function captured(): { lines: string[]; logger: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  return { lines, logger: createLogger({ level: 'debug', destination: { write: line => void lines.push(line) } }) };
}

describe('the list of secrets', () => {
  it.each(secretNames)('has %s', name => expect(isSecretName(name)).toBe(true));
  it.each(openNames)('does not have %s', name => expect(isSecretName(name)).toBe(false));
});

describe('the log', () => {
  it('rule 8: never shows a secret, wherever it stands', () => {
    const secret = fc.stringMatching(/^Zq[0-9a-f]{12}$/);
    const name = fc.constantFrom(...secretNames);
    fc.assert(
      fc.property(secret, name, fc.nat({ max: 6 }), (value, secretName, shape) => {
        const { lines, logger } = captured();
        const holders: Record<number, () => void> = {
          0: () => logger.info({ [secretName]: value }, 'm'),
          1: () => logger.warn({ a: { b: [{ c: { [secretName]: { deeper: value } } }] } }, 'm'),
          2: () => logger.info({ headers: ['accept', '*/*', secretName, value] }, 'm'),
          3: () => logger.info({ url: `https://app.test/x?a=b&${secretName}=${value}&c=d` }, 'm'),
          4: () => logger.error(Object.assign(new Error(`${secretName}=${value}`), { headers: { cookie: value } })),
          5: () => logger.child({ request: { [secretName]: value } }).info(`seen ${secretName}=${value}`),
          6: () => logger.error({ err: new Error('outer', { cause: new Error(`x ${secretName}=${value}`) }) }, 'm'),
        };
        holders[shape]?.();
        expect(lines).toHaveLength(1);
        expect(lines.join()).not.toContain(value);
        expect(lines.join()).toContain(hidden);
        expect(() => JSON.parse(lines.join())).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  it('rule 8: shows no bytes and no end of a deep nest', () => {
    const deep = { a: { a: { a: { a: { a: { a: { a: { a: { a: { a: 'bottom' } } } } } } } } } };
    expect(redact({ bytes: Buffer.from('abc'), view: new Uint8Array(2) })).toEqual({ bytes: hidden, view: hidden });
    expect(JSON.stringify(redact(deep))).not.toContain('bottom');
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(JSON.stringify(redact(circle))).toContain(hidden);
  });

  it('shows what is no secret as it is', () => {
    const { lines, logger } = captured();
    logger.info({ app: 'webmail', status: 502, cause: new Error('connect refused'), none: null }, 'forwarding failed');
    expect(JSON.parse(lines.join())).toMatchObject({
      level: 'info',
      app: 'webmail',
      status: 502,
      cause: { name: 'Error', message: 'connect refused' },
      none: null,
      msg: 'forwarding failed',
    });
  });

  it('writes one line of visible signs, whatever a name holds, and loses nothing of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), tail => {
        const name = `anna\n\u2028\u202e\u0085\u007f\u001b[2J${tail}`;
        const { lines, logger } = captured();
        logger.info({ name }, name);
        expect(lines).toHaveLength(1);
        expect(lines.join()).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+\n$/u);
        const line = JSON.parse(lines.join()) as { name: string };
        expect(line.name.startsWith('anna\n\u2028\u202e\u0085\u007f\u001b[2J')).toBe(true);
      }),
      { numRuns: 100 },
    );
    expect(printable('a\u{e0001}b')).toBe('a\\udb40\\udc01b');
  });

  it('R37: gets each audit entry with its number and hash', async () => {
    const { lines, logger } = captured();
    const clock = { now: () => 0 };
    const store = await SqliteStore.open({ path: ':memory:', clock });
    const ring = new KeyRing([{ id: 'k', secret: Buffer.alloc(32, 1) }], systemRandom);
    const trail = new AuditTrail({ store, ring, clock, random: systemRandom, log: pinoSink(logger) });
    await trail.record({ realm: 'r', type: 'server.stopped' });
    const [entry] = await trail.tail(1);
    expect(JSON.parse(lines.join())).toMatchObject({ level: 'info', msg: 'server.stopped', audit: entry });
    await store.close();
  });
});
