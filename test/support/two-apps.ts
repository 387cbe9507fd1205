import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import type { Client } from './client.ts';
import { startSluis, TestClock, type TestSluis } from './sluis.ts';

/** One Sluis before two apps of one realm, `een` and `twee`; `/beheer` of the first asks for a code of the last minute. */
export interface TwoApps {
  readonly sluis: TestSluis;
  readonly apps: readonly [een: DemoApp, twee: DemoApp];
  close(): Promise<void>;
}

export async function startTwoApps({ pendings }: { readonly pendings: number }): Promise<TwoApps> {
  const apps = [await startDemoApp(), await startDemoApp()] as const;
  const extra = '    routes: [{ path: /beheer/*, level: 2, maxAge: 1m }]';
  const sluis = await startSluis(
    [
      { id: 'een', upstream: apps[0].url, preset: 'demo', extra },
      { id: 'twee', upstream: apps[1].url, preset: 'demo' },
    ],
    { clock: new TestClock(), extra: `limits: { pendings: ${pendings} }` },
  );
  return {
    sluis,
    apps,
    close: async () => {
      await sluis.close();
      for (const app of apps) await app.close();
    },
  };
}

/** What somebody sees who asks for the inbox: whose it is, or where she is sent. */
export async function inboxOf(app: Client): Promise<string | undefined> {
  const page = await app.get('/postvak');
  return /Aangemeld: (?:<[^>]*>)?([a-z]+)/.exec(page.text)?.[1] ?? page.location;
}
