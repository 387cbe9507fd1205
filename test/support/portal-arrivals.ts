import { handOut, takeBack } from '../../src/factor/hardware-token/enrol.ts';
import { HardwareTokens } from '../../src/factor/hardware-token/tokens.ts';
import { realm, source } from '../vectors/factor-bench.ts';
import { type Answer, type Browser, openPortal, type PortalBench } from './portal-bench.ts';

export interface Arrived {
  readonly browser: Browser;
  readonly page: Answer;
  readonly id: string;
}

/** The password was right for a page of this level, in a browser of its own or in the one given. */
export async function arriveFor(
  bench: PortalBench,
  name: string,
  level: number,
  browser = bench.browser(),
): Promise<Arrived> {
  const opened = await bench.pendings.open(
    {
      ...{ realm, app: 'webmail', name, source, target: '/mail', session: undefined, purpose: 'sign-in' },
      demands: { level, maxAge: undefined },
      quarantine: { location: '/mail', cookies: [] },
    },
    50,
  );
  if (opened === undefined) throw new Error('too many pending sign-ins');
  const page = await browser.open(`/p/${await bench.pendings.handoff(opened.pending)}`);
  return { browser, page, id: opened.pending.id };
}

export interface Desk {
  give(serial: string, name: string): Promise<void>;
  take(serial: string): Promise<void>;
}

const seeds = { press: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', clock: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' };

/** Tokens in stock: `P1` and `P2` count presses, `C1` has a clock with steps of a minute. */
export const stock = {
  P1: { serial: 'P1', secret: seeds.press, algorithm: 'sha1', digits: 6, period: undefined, counter: 5 },
  P2: { serial: 'P2', secret: seeds.clock, algorithm: 'sha256', digits: 6, period: undefined, counter: 0 },
  C1: { serial: 'C1', secret: seeds.clock, algorithm: 'sha1', digits: 8, period: 60, counter: 0 },
} as const;

/** A portal whose desk hands tokens out, as the commands do. */
export async function openWithDesk(): Promise<{ bench: PortalBench; desk: Desk }> {
  const bench = await openPortal();
  const deps = { ...bench.deps, tokens: new HardwareTokens(bench.deps) };
  const tokens = Object.values(stock).map(token => ({ ...token, manufacturer: undefined }));
  await deps.tokens.import(tokens, 'desk');
  const desk = {
    give: async (serial: string, name: string) => {
      const person = (await bench.people.byName(realm, name)) ?? (await bench.people.create(realm, name));
      await handOut(deps, { serial, person, by: 'desk' });
    },
    take: async (serial: string) => {
      await takeBack(deps, { serial, by: 'desk', retired: false });
    },
  };
  return { bench, desk };
}

export const passes = ({ events }: PortalBench) => events.filter(({ type }) => type === 'challenge.passed').length;
export const failures = ({ events }: PortalBench, reason: string) =>
  events.filter(event => event.type === 'challenge.failed' && event.reason === reason).length;
