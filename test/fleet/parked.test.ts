import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing, passwords } from '../support/apps.ts';
import type { Client } from '../support/client.ts';
import { type Fleet, startFleet, urlOf } from '../support/fleet.ts';
import { hiddenFields, openPortal, passChallenge, release, signInFully, titleOf } from '../support/person.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { TestClock } from '../support/sluis.ts';

const minute = 60_000;
const presses = 200;
const anna = { name: 'anna', password: passwords.anna } as const;

/** A form with a file in it, so large that not one byte more would be kept; every value that a byte may have. */
function largestForm(): Buffer {
  const head = '--x\r\nContent-Disposition: form-data; name="bijlage"; filename="scan.pdf"\r\n\r\n';
  const tail = '\r\n--x--\r\n';
  const file = randomBytes(1024 * 1024 - head.length - tail.length);
  return Buffer.concat([Buffer.from(head), file, Buffer.from(tail)]);
}

describe.skipIf(missing('redis'))(
  'R25: a form of 1 MiB that meets a step-up, before two instances on one Redis',
  () => {
    let server: RedisServer;
    let demo: DemoApp;
    let fleet: Fleet;
    beforeAll(async () => {
      server = await startRedis();
      demo = await startDemoApp({ echo: true });
      const extra = '    routes: [{ path: /echo/*, methods: [POST], level: 2, maxAge: 5m }]';
      const ways = { one: urlOf(server.port), two: urlOf(server.port) };
      const apps = [{ id: 'post', upstream: demo.url, preset: 'demo', extra }];
      fleet = await startFleet(apps, ways, { clock: new TestClock() });
    });
    afterAll(async () => {
      await fleet?.close();
      await demo.close();
      await server.close();
    });

    /** What reached the app of it. */
    const arrived = () =>
      demo.control.seen
        .filter(({ method, target }) => method === 'POST' && target === '/echo/brief')
        .map(one => one.body);

    /** Posted at the one, the code typed at the other; gives her browser and the page that she is shown there. */
    async function parked(form: Buffer) {
      const { one, two } = fleet;
      const { app, portal, secret } = await signInFully(one, 'post', 'demo', anna);
      one.clock.advance(6 * minute);
      demo.control.seen.length = 0;
      const posted = await app.post('/echo/brief', form, { 'Content-Type': 'multipart/form-data; boundary=x' });
      expect([posted.status, posted.location, arrived()]).toEqual([303, '/_sluis/next', []]);
      const [there, portalThere] = [app.at(two.port), portal.at(two.port)];
      const hop = await passChallenge(one, portalThere, await openPortal(there, portalThere), secret);
      expect((await release(there, hop)).location).toBe('/_sluis/send');
      const page = await there.get('/_sluis/send');
      expect(titleOf(page)).toBe('Wilt u dit nog versturen?');
      return { app, page };
    }

    it('is sent once and byte for byte, where Send is pressed 200 times at once over both', async () => {
      const form = largestForm();
      let times = 0;
      // Where Redis answers too late on a busy machine, it may be sent not at all: then another one, and never twice.
      for (let turn = 0; turn < 5 && times === 0; turn += 1) {
        const { app, page } = await parked(form);
        const press = (client: Client) => client.post('/_sluis/send', { ...hiddenFields(page.text), act: 'send' });
        const both = [fleet.one.port, fleet.two.port];
        const all = Array.from({ length: presses }, (_none, at) => press(app.copy().at(both[at % 2] ?? 0)));
        const statuses = (await Promise.all(all)).map(({ status }) => status);
        times = arrived().length;
        expect(times).toBeLessThan(2);
        expect(statuses.filter(status => status === 200)).toHaveLength(times);
        expect(statuses.filter(status => ![200, 410, 503].includes(status))).toEqual([]);
      }
      expect(arrived().map(body => Buffer.from(body, 'latin1').equals(form))).toEqual([true]);
    });
  },
);
