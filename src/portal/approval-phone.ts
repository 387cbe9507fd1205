import type { Hono } from 'hono';
import { z } from 'zod';
import { type Ask, answerAsk, openAsks, reportAsk } from '../factor/approval/asks.ts';
import { type Device, findDevice } from '../factor/approval/devices.ts';
import { joinLink } from '../factor/approval/enrol.ts';
import { isPushEndpoint, vapidKeysOf } from '../factor/approval/push.ts';
import { keepSubscription } from '../factor/approval/subscription.ts';
import { isSameOrigin } from '../signin/origin.ts';
import { livePolicy } from '../ui/page-headers.ts';
import { phonePage } from '../ui/pages-phone.tsx';
import { tellState } from './approval-challenge.ts';
import { normaliseLink } from './approval-link.ts';
import type { PortalDeps, PortalEnv } from './deps.ts';
import type { Steps } from './steps.ts';
import type { PortalContext, View } from './view.ts';

interface Parts {
  readonly deps: PortalDeps;
  readonly view: View;
  readonly steps: Steps;
}

/**
 * What phones open and say. They have no sign-in here and no cookie that counts: each message is signed by the key that a phone
 * keeps, and tells of one person, the one that the key is bound to. Not where the portal shares the host of an app, whose
 * scripts could use that key.
 */
export function mountApproval(app: Hono<PortalEnv>, { deps, view, steps }: Parts): void {
  if (deps.realm.singleHost) return;
  const folder = view.at('/approve/');
  app.get('/challenge/:id/approval/state', async c => tellState(c, deps, view, await steps.find(c)));
  app.get('/approve', c => {
    // As people type it: the worker of the page is of the folder, and knows nothing of pages outside it.
    if (!new URL(c.req.url).pathname.endsWith('/')) return view.go(c, '/approve/');
    return view.html(c, phonePage(view.page(c), { folder }), 200, livePolicy(true));
  });
  app.get('/approve/manifest.webmanifest', c => view.json(c, manifest(deps, view, c), 'application/manifest+json'));
  app.get('/approve/worker.js', c => view.html(c, workerOf(deps), 200, workerHeaders));
  app.post('/approve/enrol', c => said(c, deps, view, enrolSchema, enrol));
  app.post('/approve/poll', c => said(c, deps, view, signedSchema, poll));
  app.post('/approve/subscribe', c => said(c, deps, view, subscribeSchema, subscribe));
  app.post('/approve/answer', c => said(c, deps, view, answerSchema, answer));
}

const workerHeaders = { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' };

function workerOf({ assets }: PortalDeps): string {
  return assets.find(assets.names.phoneWorker)?.body.toString('utf8') ?? '';
}

function manifest({ realm, assets }: PortalDeps, view: View, c: PortalContext) {
  const { t, language } = view.page(c);
  const folder = view.at('/approve/');
  const icon = (name: string, size: number) => {
    return { src: view.at(`/assets/${name}`), sizes: `${size}x${size}`, type: 'image/png', purpose: 'any' };
  };
  return {
    id: folder,
    name: `${t('phone.title')} - ${realm.title}`,
    short_name: t('phone.short'),
    lang: language,
    start_url: folder,
    scope: folder,
    display: 'standalone',
    background_color: '#ffffff',
    theme_color: '#ffffff',
    icons: [icon(assets.names.icons.small, 192), icon(assets.names.icons.large, 512)],
  };
}

const encoded = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9_-]+$/);

const signed = { device: encoded(43), time: z.number().int().nonnegative(), signature: encoded(100) };
const signedSchema = z.strictObject(signed);
const enrolSchema = z.strictObject({ token: z.string().max(60), publicKey: encoded(87), signature: encoded(100) });
const subscribeSchema = z.strictObject({
  ...signed,
  endpoint: z.string().max(1000),
  p256dh: encoded(87),
  auth: encoded(22),
});
const answerSchema = z.strictObject({
  ...signed,
  ask: encoded(22),
  decision: z.enum(['approve', 'fraud']),
  number: z.string().regex(/^([0-9]{2})?$/),
  app: z.string().max(100),
  account: z.string().max(300),
});

/** What a phone is told: a word on which its page shows a part of itself, and what belongs to it. */
type Told = { readonly state: string } & Readonly<Record<string, unknown>>;

/** One message of a phone, from our own page, in the one form that our script writes. */
async function said<S extends z.ZodType>(
  c: PortalContext,
  deps: PortalDeps,
  view: View,
  schema: S,
  then: (deps: PortalDeps, message: z.output<S>, of: { view: View; c: PortalContext }) => Promise<Told>,
): Promise<Response> {
  const { headers } = c.req.raw;
  const own = isSameOrigin(
    deps.realm.portalOrigin,
    headers.get('origin') ?? undefined,
    headers.get('sec-fetch-site') ?? undefined,
  );
  const type = /^application\/json(?:;|$)/i.test(headers.get('content-type') ?? '');
  const message = own && type ? schema.safeParse(json(await c.req.text())).data : undefined;
  if (message === undefined) return view.json(c, { state: 'refused' }, 'application/json', 400);
  return view.json(c, { now: deps.clock.now(), ...(await then(deps, message, { view, c })) });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const joinStates = {
  gone: 'link-gone',
  used: 'link-used',
  'other-person': 'other-person',
  known: 'link-known',
  renew: 'renew',
} as const;

async function enrol(deps: PortalDeps, message: z.output<typeof enrolSchema>): Promise<Told> {
  const { token: typed, publicKey, signature } = message;
  const token = normaliseLink(typed);
  if (deps.approval === undefined || token === undefined) return { state: 'link-gone' };
  const { portalOrigin: origin } = deps.realm;
  const joined = await joinLink(deps, { token, typed, publicKey, signature, origin });
  if (joined.outcome !== 'joined') return { state: joinStates[joined.outcome] };
  return { state: 'joined', code: joined.code, account: joined.account };
}

/** Whose phone signed it; of this realm, for each has a portal of its own. */
async function deviceOf(
  deps: PortalDeps,
  purpose: 'poll' | 'subscribe' | 'answer',
  message: z.output<typeof signedSchema>,
  parts: readonly string[] = [],
): Promise<Device | Told> {
  const found = await findDevice(deps, { purpose, origin: deps.realm.portalOrigin, parts }, message);
  if (found.outcome !== 'found') return { state: found.outcome };
  return found.person.realm === deps.realm.name ? found : { state: 'unknown' };
}

function isTold(found: Device | Told): found is Told {
  return 'state' in found;
}

/** What waits for this person. */
async function poll(
  deps: PortalDeps,
  message: z.output<typeof signedSchema>,
  { view, c }: { view: View; c: PortalContext },
): Promise<Told> {
  const found = await deviceOf(deps, 'poll', message);
  if (isTold(found)) return found;
  const { person } = found;
  const { t } = view.page(c);
  const waiting = await waitingFor(deps, found);
  const push = deps.approval === undefined ? undefined : (await vapidKeysOf(deps, person.realm)).publicKey;
  return {
    state: 'ready',
    account: person.name,
    push,
    asks: waiting.map(ask => shownAsk(deps, ask, t('phone.ask-own'))),
  };
}

/** Of what is open: what somebody still waits for. */
async function waitingFor(deps: PortalDeps, { person }: Device): Promise<readonly Ask[]> {
  const asks = await openAsks(deps, person);
  const alive = await Promise.all(asks.map(ask => deps.pendings.waits(ask.challenge, ask.portal)));
  return asks.filter((_, index) => alive[index]);
}

/** Never the number: that is on the computer. */
function shownAsk({ apps }: PortalDeps, { id, app, purpose, account, browser, known, source, at }: Ask, own: string) {
  const title = purpose === 'own' ? own : (apps.find(candidate => candidate.id === app)?.title ?? app);
  return { id, app, title, account, browser, known, source, at };
}

async function subscribe(
  deps: PortalDeps,
  message: z.output<typeof subscribeSchema>,
  { view, c }: { view: View; c: PortalContext },
): Promise<Told> {
  const { endpoint, p256dh, auth, device } = message;
  const found = await deviceOf(deps, 'subscribe', signedPart(message), [endpoint, p256dh, auth]);
  if (isTold(found)) return found;
  if (deps.approval === undefined || !isPushEndpoint(endpoint, deps.approval.hosts)) return { state: 'refused' };
  await keepSubscription(deps, device, { endpoint, p256dh, auth, language: view.page(c).language });
  return { state: 'subscribed' };
}

function signedPart({ device, time, signature }: z.output<typeof signedSchema>) {
  return { device, time, signature };
}

/**
 * One answer. It is signed over what the phone showed, so that what was approved is what she saw; the ask is used up before the
 * number is looked at.
 */
async function answer(deps: PortalDeps, message: z.output<typeof answerSchema>): Promise<Told> {
  const { ask: id, decision, number, app, account } = message;
  const found = await deviceOf(deps, 'answer', signedPart(message), [id, decision, number, app, account]);
  if (isTold(found)) return found;
  const { person, factor } = found;
  const ask = (await waitingFor(deps, found)).find(one => one.id === id);
  if (ask === undefined || ask.app !== app || ask.account !== account) return { state: 'gone' };
  const given = { person, factor: factor.id, ask: id };
  if (decision === 'fraud') return report(deps, found, await reportAsk(deps, given));
  const answered = await answerAsk(deps, { ...given, number });
  if (answered === undefined) return { state: 'gone' };
  if (answered.state === 'wrong') {
    const { realm, name } = person;
    const { app: where, source } = answered;
    const who = { realm, person: person.id, name, app: where, factor: factor.id, source };
    await deps.audit.record({ type: 'challenge.failed', ...who, reason: 'wrong' });
  }
  return { state: answered.state };
}

/** The sign-in dies with it; what was asked for inside a session of hers, was asked by who has that session. */
async function report(deps: PortalDeps, { person, factor }: Device, ask: Ask | undefined): Promise<Told> {
  if (ask === undefined) return { state: 'gone' };
  await deps.pendings.abandonById(ask.challenge);
  if (ask.purpose !== 'sign-in') await deps.endSessionsOf(person.id, 'reported');
  const { realm, name } = person;
  const { app, known, source } = ask;
  await deps.audit.record({
    type: 'approval.reported',
    realm,
    person: person.id,
    name,
    app,
    factor: factor.id,
    known,
    source,
  });
  return { state: 'reported' };
}
