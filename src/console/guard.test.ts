import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { ConsoleBrowser, operatorOf, titleOf } from '../../test/support/operator.ts';
import { startSluis, type TestSluis } from '../../test/support/sluis.ts';
import { may, type Role, roles, ruleOf } from '../operator/role.ts';
import { routes } from './routes.ts';

/** Every address of the console with what it asks for; parameters are names that nobody has. */
const doors = routes.flatMap(route => {
  const place = route.path.replace(/:\w+/g, 'nobody');
  const methods = route.method === 'ACT' ? ['GET', 'POST'] : [route.method];
  return methods.map(method => ({ method, place, act: route.act }));
});

describe('R52: who may do what holds on every page and form of the console', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  const inside = new Map<Role, ConsoleBrowser>();
  beforeAll(async () => {
    demo = await startDemoApp();
    sluis = await startSluis([{ id: 'demo', upstream: demo.url, preset: 'demo' }], { console: 'own' });
    for (const role of roles) inside.set(role, (await operatorOf(sluis, role)).browser);
  });
  afterAll(async () => {
    await sluis?.close();
    await demo?.close();
  });

  const knock = (browser: ConsoleBrowser, { method, place }: (typeof doors)[number]) =>
    method === 'GET' ? browser.get(place) : browser.client.post(`${browser.path}${place}`, { reason: 'een reden' });

  it.each(doors)('$method $place opens for nobody who is not in', async door => {
    const answer = await knock(new ConsoleBrowser(sluis), door);
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(/\/sign-in(\?to=|$)/);
  });

  describe.each(roles)('as %s', role => {
    it.each(doors)('$method $place: only what the table says, and no form without its token', async door => {
      const browser = inside.get(role) as ConsoleBrowser;
      // Of signing out, the form without a token changes nothing.
      const answer = await knock(browser, door);
      if (!may(role, door.act)) {
        expect([answer.status, titleOf(answer)]).toEqual([403, 'Dit hoort niet bij uw rol']);
      } else if (door.method === 'POST') {
        expect([answer.status, titleOf(answer)]).toEqual([403, expect.not.stringContaining('rol')]);
      } else expect([200, 404]).toContain(answer.status);
    });
  });

  it('asks for the factor again once it is older than five minutes, on every act with consequences', async () => {
    sluis.clock.advance(6 * 60_000);
    const admin = inside.get('admin') as ConsoleBrowser;
    for (const door of doors.filter(({ act }) => may('admin', act) && ruleOf(act).fresh === true)) {
      const answer = await knock(admin, door);
      expect([door.place, answer.location]).toEqual([door.place, expect.stringContaining('/again?to=')]);
    }
  });

  it('has no page that the frame does not know, and no method beside GET and POST', async () => {
    const admin = inside.get('admin') as ConsoleBrowser;
    expect((await admin.get('/nergens')).status).toBe(404);
    for (const method of ['PUT', 'DELETE', 'PATCH'])
      expect((await admin.client.request(method, `${admin.path}/`)).status).toBe(400);
    const fetched = await admin.client.get(`${admin.path}/`, { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' });
    expect(fetched.status).toBe(403);
  });
});
