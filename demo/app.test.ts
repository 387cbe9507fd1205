import { afterEach, describe, expect, it } from 'vitest';
import { presets } from '../src/preset/registry.ts';
import { type DemoApp, type DemoOptions, startDemoApp } from './app.ts';

const apps: DemoApp[] = [];

afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()));
});

describe('Gemeentepost', () => {
  it('asks for a password first, then goes where she wanted to be', async () => {
    const person = await open();
    const closed = await person.get('/bericht/1');
    expect([closed.status, closed.headers.get('location')]).toEqual([303, '/login?terug=%2Fbericht%2F1']);
    const signedIn = await person.signIn({ terug: '/bericht/1' });
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/bericht/1']);
    expect(await (await person.get('/bericht/1')).text()).toContain('Welkom bij Gemeentepost');
  });

  it('says no to a wrong password, and its new form works at once while the old one does not', async () => {
    const person = await open();
    const old = await person.formToken();
    expect((await person.signIn({ wachtwoord: 'fout' })).status).toBe(401);
    expect((await person.post('/login', { ...anna, formtoken: old })).status).toBe(401);
    expect((await person.signIn()).status).toBe(303);
  });

  it('goes nowhere but to its own pages', async () => {
    const person = await open();
    expect((await person.signIn({ terug: '//evil.test/' })).headers.get('location')).toBe('/postvak');
  });

  it('is described by its preset: proof, failure, whoami and sign-out', async () => {
    const preset = presets.get('demo');
    if (preset?.whoami.from !== 'request') throw new Error('no preset');
    const person = await open();
    expect((await person.signIn({ wachtwoord: 'fout' })).status).toBe(preset.failure?.status);
    const proof = (await person.signIn()).headers.getSetCookie().map(line => line.split(/[=;]/));
    expect(
      proof.filter(([name = '', value = '']) => preset.proof.cookie.test(name) && !preset.proof.not.includes(value)),
    ).toHaveLength(1);
    expect(preset.whoami.body.exec(await (await person.get(preset.whoami.path)).text())?.[1]).toBe('anna');
    await person.get(preset.signOut.path ?? '');
    const answer = await person.get('/postvak');
    expect([answer.status, preset.signedOutAnswer?.location?.test(answer.headers.get('location') ?? '')]).toEqual([
      303,
      true,
    ]);
  });

  it('brings a mail with an attachment from anna to bram', async () => {
    const app = await start();
    const [sender, receiver] = [new Person(app), new Person(app)];
    await sender.signIn();
    await receiver.signIn({ gebruiker: 'bram', wachtwoord: 'Bram-Test-2026' });
    const form = new FormData();
    const fields = {
      formtoken: await sender.formToken('/opstellen'),
      aan: 'bram',
      onderwerp: 'Notulen',
      tekst: '<b>hoi</b>',
    };
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('bijlage', new File(['één'], 'notulen.txt'));
    await sender.request('/opstellen', { method: 'POST', body: form });
    const list = (await (await receiver.get('/api/mail.json')).json()) as {
      berichten: { id: number; subject: string }[];
    };
    expect(list.berichten[0]?.subject).toBe('Notulen');
    const mail = `/bericht/${list.berichten[0]?.id}`;
    expect(await (await receiver.get(mail)).text()).toContain('&#60;b&#62;hoi&#60;/b&#62;');
    expect(await (await receiver.get(`${mail}/bijlage/0`)).text()).toBe('één');
    expect((await sender.get(mail)).status).toBe(404);
  });

  it('downloads as much as was asked for', async () => {
    const person = await open();
    await person.signIn();
    expect((await (await person.get('/download?mb=2')).arrayBuffer()).byteLength).toBe(2 * 1024 * 1024);
  });

  it.each([
    ['the address', (person: Person) => person.get('/postvak?gebruiker=anna&wachtwoord=Anna-Test-2026')],
    ['JSON', (person: Person) => person.request('/api/login', { method: 'POST', body: JSON.stringify(anna) })],
    ['odd characters', (person: Person) => person.signIn({ gebruiker: ' AN<b>na\u0000' })],
  ])('has a side door by %s, as such apps do', async (_door, enter) => {
    const person = await open();
    const answer = await enter(person);
    expect(answer.headers.getSetCookie().some(line => /^GPAUTH=[A-Za-z0-9_-]{22};/.test(line))).toBe(true);
  });

  it('takes HTTP Basic', async () => {
    const person = await open();
    const authorization = `Basic ${Buffer.from('anna:Anna-Test-2026').toString('base64')}`;
    expect((await person.request('/api/mail.json', { headers: { authorization } })).status).toBe(200);
  });
});

describe('the knobs for attack tests', () => {
  it('echoes only where it was told to, as raw as it came', async () => {
    expect((await (await open()).get('/echo')).status).toBe(303);
    const person = await open({ echo: true });
    const seen = (await (await person.request('/echo/a%2Fb?x=%20', { method: 'POST', body: 'hé' })).json()) as Record<
      string,
      string
    >;
    expect([seen['method'], seen['target'], seen['body']]).toEqual([
      'POST',
      '/echo/a%2Fb?x=%20',
      Buffer.from('hé').toString('base64'),
    ]);
  });

  it('promotes a session without saying so', async () => {
    const person = await open({ promote: 'silent' });
    expect((await person.signIn()).headers.getSetCookie()).toEqual([]);
    expect(await (await person.get('/login')).text()).toContain('<strong id="wie">anna</strong>');
  });

  it.each(['error', 'cut', 'partial', 'nonsense'] as const)(
    'promotes it too where the answer is lost: %s',
    async mode => {
      const person = await open({ promote: 'silent' });
      await person.formToken();
      person.app.control.signIn = mode;
      const status = await readWhole(person.signIn()).catch(() => 0);
      expect(status).toBe(mode === 'error' ? 500 : 0);
      expect((await person.get('/wie')).status).toBe(200);
    },
  );

  it('lets a parallel request of the same session wait, and see the promoted session', async () => {
    const person = await open({ promote: 'silent', lockSession: true });
    await person.formToken();
    person.app.control.signIn = 'hold';
    const judged = person.app.control.nextSignIn();
    const signIn = person.signIn();
    await judged;
    const order: string[] = [];
    const parallel = person.get('/wie').then(answer => {
      order.push('parallel');
      return answer.status;
    });
    await new Person(person.app).get('/login');
    order.push('another');
    person.app.control.letGo();
    await signIn;
    expect([await parallel, order]).toEqual([200, ['another', 'parallel']]);
  });

  it('ends sessions and remembers what it received', async () => {
    const person = await open();
    await person.signIn();
    person.app.control.endSessions('anna');
    expect((await person.get('/wie')).status).toBe(303);
    expect(person.app.control.seen.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'GET /login',
      'POST /login',
      'GET /wie',
    ]);
  });
});

const anna = { gebruiker: 'anna', wachtwoord: 'Anna-Test-2026' };

/** A browser's cookies and forms, and no more. */
class Person {
  readonly app: DemoApp;
  readonly #cookies = new Map<string, string>();

  constructor(app: DemoApp) {
    this.app = app;
  }

  get(path: string): Promise<Response> {
    return this.request(path, {});
  }

  post(path: string, fields: Record<string, string>): Promise<Response> {
    return this.request(path, { method: 'POST', body: new URLSearchParams(fields) });
  }

  async signIn(fields: Record<string, string> = {}): Promise<Response> {
    return this.post('/login', { ...anna, formtoken: await this.formToken(), ...fields });
  }

  async formToken(page = '/login'): Promise<string> {
    const text = await (await this.get(page)).text();
    return /name="formtoken" value="([^"]+)"/.exec(text)?.[1] ?? '';
  }

  async request(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(this.app.url + path, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    return answer;
  }
}

/** The status of an answer that came whole. */
async function readWhole(pending: Promise<Response>): Promise<number> {
  const answer = await pending;
  await answer.arrayBuffer();
  return answer.status;
}

async function open(options: DemoOptions = {}): Promise<Person> {
  return new Person(await start(options));
}

async function start(options: DemoOptions = {}): Promise<DemoApp> {
  const app = await startDemoApp(options);
  apps.push(app);
  return app;
}
