import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dokuwikiNewcomer, missing, type Newcomer, roundcubeNewcomer } from '../support/apps.ts';
import type { Client, ClientAnswer } from '../support/client.ts';
import {
  browserOf,
  formFields,
  type KindName,
  kinds,
  openPortal,
  passChallenge,
  passFirstGate,
  release,
  releaseOn,
  signInFully,
  submit,
} from '../support/person.ts';
import { until } from '../support/redis.ts';
import { startSluis, TestClock, type TestSluis } from '../support/sluis.ts';

type Browser = ReturnType<typeof browserOf>;

/** The page with its form, and what a person fills in. */
interface Form {
  readonly page: string;
  readonly action: string;
  fill(old: string, fresh: string): Record<string, string>;
}

/** Somebody with a trusted device here and a session there, at an app in which she changes her password. */
class Scene {
  readonly sluis: TestSluis;
  readonly kind: KindName;
  readonly who: Newcomer;
  readonly here: Browser;
  readonly there: Browser;
  readonly #form: Form;

  constructor(sluis: TestSluis, kind: KindName, who: Newcomer, form: Form) {
    this.sluis = sluis;
    this.kind = kind;
    this.who = who;
    this.here = browserOf(sluis, 'app');
    this.there = browserOf(sluis, 'app');
    this.#form = form;
  }

  static async open(kind: KindName, who: Newcomer, form: Form): Promise<Scene> {
    const app = { id: 'app', upstream: who.url, preset: kind };
    const scene = new Scene(await startSluis([app], { clock: new TestClock(), extra: 'trust: {}' }), kind, who, form);
    const { secret } = await signInFully(scene.sluis, 'app', kind, who, scene.there);
    await passFirstGate(scene.here.app, kind, who);
    const page = await openPortal(scene.here.app, scene.here.portal);
    const offer = await passChallenge(scene.sluis, scene.here.portal, page, secret);
    await release(scene.here.app, await submit(scene.here.portal, offer, { act: 'trust' }));
    return scene;
  }

  async change(old: string, fresh: string, extra: Readonly<Record<string, string>> = {}): Promise<ClientAnswer> {
    const { page, action, fill } = this.#form;
    const form = await this.here.app.get(page);
    return this.here.app.post(action, { ...formFields(form), ...fill(old, fresh), ...extra });
  }

  /** Devices, and whether she is in: in this browser, in the other. */
  async stands(): Promise<readonly [number, boolean, boolean]> {
    const person = await this.sluis.core.people.byName('gemeente', this.who.name);
    const devices = await this.sluis.core.devices.list({ id: person?.id ?? '' });
    return [devices.length, await this.#isIn(this.here.app), await this.#isIn(this.there.app)];
  }

  async #isIn(client: Client): Promise<boolean> {
    const { pages, signedIn } = kinds[this.kind];
    return signedIn.test((await client.get(pages[0])).text);
  }

  get certain(): boolean | undefined {
    const line = this.sluis.log.findLast(one => one.includes('"password.changed"'));
    return line === undefined ? undefined : line.includes('"certain":true');
  }
}

const fresh = 'Tweede-Test-2026';
const second = () => Math.floor(Date.now() / 1_000);

describe.skipIf(missing('roundcube'))('R15: the password plugin of a real Roundcube', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open('roundcube', await roundcubeNewcomer(), {
      page: '/?_task=settings&_action=plugin.password',
      action: '/?_task=settings&_action=plugin.password-save',
      fill: (old, next) => ({ _curpasswd: old, _newpasswd: next, _confpasswd: next }),
    });
  });
  afterAll(() => scene?.sluis.close());

  it('what it refuses ends nothing: a wrong password, a short one, two that differ', async () => {
    expect(await scene.stands()).toEqual([1, true, true]);
    for (const answer of [
      await scene.change('fout', fresh),
      await scene.change(scene.who.password, 'kort'),
      await scene.change(scene.who.password, fresh, { _confpasswd: 'anders' }),
    ])
      expect(answer.text).toMatch(/display_message\("[^"]+","error"/);
    expect([await scene.stands(), scene.certain]).toEqual([[1, true, true], undefined]);
  });

  it('a change ends trust and the other browser; with the new password a code is asked here too', async () => {
    const answer = await scene.change(scene.who.password, fresh);
    expect(answer.text).toMatch(/display_message\("[^"]+","confirmation"/);
    const changed = second();
    expect([await scene.stands(), scene.certain]).toEqual([[0, true, false], true]);
    // Dovecot looks at its file once a second: within that one the password of before is the right one there.
    await until(async () => second() > changed);
    await passFirstGate(scene.there.app, 'roundcube', { ...scene.who, password: fresh });
    expect(releaseOn(await openPortal(scene.there.app, scene.there.portal))).toBeUndefined();
  });

  it('at an address that only PHP takes for the same, and an old token: what is not refused counts', async () => {
    const { here, sluis, who } = scene;
    const person = await sluis.core.people.byName('gemeente', who.name);
    const factor = person?.factors[0]?.id ?? '';
    const agent = { browser: 'Chrome', platform: 'linux' } as const;
    const trusting = { signIn: 'x', factor, factorAt: sluis.clock.now(), agent, source: 'test' };
    await sluis.core.devices.trust({ person: { id: person?.id ?? '' }, ...trusting });
    expect((await scene.stands())[0]).toBe(1);
    const body = { '_action.': 'x', _action: 'plugin.password-save', _token: 'oud', ' _newpasswd': 'Derde-Test-2026' };
    await here.app.post('/index.php/x.css?_task=settings', body);
    expect((await scene.stands())[0]).toBe(0);
  });
});

describe.skipIf(missing('dokuwiki'))('R15: the profile of a real DokuWiki', () => {
  let scene: Scene;
  beforeAll(async () => {
    const who = await dokuwikiNewcomer();
    scene = await Scene.open('dokuwiki', who, {
      page: '/doku.php?id=start&do=profile',
      action: '/doku.php?id=start&do=profile',
      fill: (old, next) => ({
        ...{ fullname: 'Nieuw Persoon', email: `${who.name}@gemeente.test` },
        ...{ newpass: next, passchk: next, oldpass: old },
      }),
    });
  });
  afterAll(() => scene?.sluis.close());

  it('what it refuses ends nothing, nor does a new name', async () => {
    expect(await scene.stands()).toEqual([1, true, true]);
    const named = await scene.change(scene.who.password, '', { fullname: 'Andere Naam' });
    expect(named.text).toContain('<div class="success">');
    // It sends its proof again now, which is no sign of a new password.
    expect((await scene.change('fout', fresh)).text).toContain('<div class="error">');
    expect((await scene.change(scene.who.password, fresh, { passchk: 'anders' })).text).toContain(
      '<div class="error">',
    );
    expect((await scene.change(scene.who.password, fresh, { sectok: 'oud' })).text).toContain('<div class="error">');
    expect([await scene.stands(), scene.certain]).toEqual([[1, true, true], undefined]);
  });

  it('a change ends trust and the other browser; with the new password a code is asked here too', async () => {
    const answer = await scene.change(scene.who.password, fresh, { do: 'show', 'do[profile]': '1' });
    expect(answer.text).toContain('<div class="success">');
    expect([await scene.stands(), scene.certain]).toEqual([[0, true, false], true]);
    await passFirstGate(scene.there.app, 'dokuwiki', { ...scene.who, password: fresh });
    expect(releaseOn(await openPortal(scene.there.app, scene.there.portal))).toBeUndefined();
  });
});
