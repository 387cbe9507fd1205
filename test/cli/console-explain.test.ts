import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import type { Factor } from '../../src/factor/person.ts';
import { type ConsoleBrowser, operatorOf } from '../support/operator.ts';
import { configurationOf, startSluis, type TestApp, type TestOptions, type TestSluis } from '../support/sluis.ts';
import { type Cli, openCli } from './cli-bench.ts';

const routes = `    class: intern
    routes:
      - { path: "/beheer/*", level: 3, groups: [beheer] }
      - { path: /instellingen, methods: [POST], level: 2, maxAge: 10m }
      - { path: "/*", parameters: { _task: settings }, level: 2, levelFor: { beheer: 3 } }`;
const options: TestOptions = {
  ...{ console: 'own', highestLevel: 3, realm: '    groups: { beheer: [anna, bram] }' },
  extra: 'classes: { intern: 2 }\ntrust: { days: 14 }\nwebauthn: {}',
};
const bound = { id: 'f', label: 'Telefoon <1>', boundAt: 1, boundBy: 'desk', lastUsedAt: undefined } as const;
const totp: Factor = { ...bound, kind: 'totp', level: 2, credential: { secret: 'JBSWY3DPEHPK3PXP' } };

describe('R50: the console explains with the words of sluis explain', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let auditor: ConsoleBrowser;
  let cli: Cli;
  let config: string;
  beforeAll(async () => {
    cli = openCli();
    demo = await startDemoApp();
    const apps: readonly TestApp[] = [
      { id: 'demo', title: 'Post & <b>', upstream: demo.url, preset: 'demo', extra: routes },
    ];
    sluis = await startSluis(apps, options);
    config = join(sluis.shared.folder, 'sluis.yaml');
    await writeFile(config, configurationOf(apps, { port: sluis.port, namesPort: sluis.shared.namesPort }, options));
    const { id } = await sluis.core.people.create('gemeente', 'anna');
    await sluis.core.people.update(id, person => ({ ...person, factors: [totp] }));
    auditor = (await operatorOf(sluis, 'auditor')).browser;
  });
  afterAll(async () => {
    await sluis?.close();
    await demo?.close();
    cli?.remove();
  });

  /** What stands in the page's one block of plain text; what was typed is echoed elsewhere. */
  async function shown(url: string, user: string, method: string): Promise<string | undefined> {
    const { text } = await auditor.get(`/configuration/explain?${new URLSearchParams({ url, user, method })}`);
    const found = /<pre class="sluis-pre" lang="en">([\s\S]*?)<\/pre>/.exec(text)?.[1];
    const plain: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'" };
    return found?.replaceAll(/&([a-z]+|#39);/g, (all, name: string) => plain[name] ?? all);
  }

  it.each([
    ['a route of her group, with too low a factor', '/beheer/x', 'anna', 'GET', 'level-reached'],
    ['a route of a group that she is not in', '/beheer/x', 'carla', 'GET', 'group-allowed'],
    ['more asked of her group', '/?_task=settings', 'anna', 'GET', '/* _task=settings'],
    ['a method and a fresh factor', '/instellingen', 'anna', 'POST', 'factor-fresh'],
    ['a name as somebody types it', '/postvak', ' Anna@gemeente.test ', 'get', 'let through'],
    ['somebody unknown', '/postvak', 'niemand', 'GET', 'not known to Sluis'],
    ['nobody in particular', '/beheer/x', '', 'GET', 'only people of beheer'],
    ['a path of two readings', '/open/..%2fbeheer/x', 'carla', 'GET', 'read as GET /beheer/x'],
    ['the login page', '/login', '', 'GET', "the app's login page"],
    ['an address of Sluis itself', '/_sluis/next', 'anna', 'GET', 'An address of Sluis itself'],
  ])('%s: word for word', async (_what, target, user, method, hallmark) => {
    const url = `${sluis.origin('demo')}${target}`;
    const who = user === '' ? [] : ['--user', user];
    const { code, out, err } = await cli.run('explain', url, ...who, '--method', method, '--config', config);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(hallmark);
    expect(await shown(url, user, method)).toBe(out);
  });

  it('the portal and an address that no app has: word for word', async () => {
    for (const url of [`${sluis.portalOrigin}/help`, 'http://elders.test/x']) {
      const { out } = await cli.run('explain', url, '--config', config);
      expect([url, await shown(url, '', 'GET')]).toEqual([url, out]);
    }
  });
});
