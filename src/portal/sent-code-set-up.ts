import type { NewFactor } from '../enrolment/bind.ts';
import type { Verdict } from '../factor/kind.ts';
import { type SentKind, standingOf, takeCode } from '../factor/sent-code/code.ts';
import { normaliseCode } from '../factor/totp/credential.ts';
import { addressMistakes, notSentPage, sentCodePage, sentCodeSetUpPage } from '../ui/pages-sent-code.tsx';
import type { Outcome } from './answers.ts';
import { bindAndPass } from './bind-step.ts';
import type { KindStep } from './challenge-step.ts';
import type { PortalDeps } from './deps.ts';
import { mistakeOf, nothingSent } from './sent-code-challenge.ts';
import { masked, sendCode } from './sent-code-sending.ts';
import type { AnswerProps, ShowProps } from './steps.ts';
import type { View } from './view.ts';

/**
 * Asks for a number or address, sends a code there, and binds it once that code comes back.
 *
 * Who has only the password would ask for this page at once: it is open only where the pending of this very portal
 * browser notes an accepted code, and `bindFactor` binds only under a permission in the person's record. Who may set up
 * would take a number that is not hers: the code goes there and not to her; and whose it is already is told only to who
 * reads what is sent to it, so that nobody finds out who has which number.
 */
export function sentCodeSetUp(kind: SentKind): KindStep {
  return (deps, view) => {
    return {
      path: `/set-up/:id/${kind}`,
      isOpen: ({ pending }) =>
        pending.passed === undefined && pending.setUp !== undefined && pending.draft?.kind === kind,
      show: props => show(deps, view, kind, props),
      answer: props => answer(deps, kind, props),
    };
  };
}

async function show(
  deps: PortalDeps,
  view: View,
  kind: SentKind,
  { page, signIn, tokens, mistake, form }: ShowProps,
): Promise<string> {
  const { pending } = signIn;
  const now = await deps.pendings.forPortal(pending.id, signIn.portalCookie);
  const address = now?.draft?.secret ?? '';
  const action = view.at(`/set-up/${pending.id}/${kind}`);
  const kinds = view.at(`/set-up/${pending.id}/kinds`);
  const known = addressMistakes.find(one => one === mistake);
  const own = { kind, account: pending.name, action, tokens };
  const asking = address === '' || form?.field('act') === 'address';
  if (asking && (address === '' || known !== undefined))
    return sentCodeSetUpPage(page, {
      ...own,
      kinds,
      typed: form?.field('address') ?? '',
      personal: form?.field('personal') === 'yes',
      mistake: known,
    });
  const standing = await standingOf(deps, { kind, challenge: pending.id });
  const to = masked(kind, address);
  const props = {
    ...own,
    to,
    again: [{ value: 'set-up', to }],
    renewed: standing.count > 1 && standing.state === 'open',
    mistake: mistakeOf(standing, mistake),
    elsewhere: { href: kinds, text: 'sent-code.other-kind' },
    change: true,
  } as const;
  return nothingSent(standing) ? notSentPage(page, props) : sentCodePage(page, props);
}

async function answer(deps: PortalDeps, kind: SentKind, props: AnswerProps): Promise<Outcome> {
  switch (props.form.field('act')) {
    case 'address':
      return takeAddress(deps, kind, props);
    case 'again':
      return again(deps, kind, props);
    case 'change':
      return keep(deps, kind, props, '');
    default:
      return confirm(deps, kind, props);
  }
}

async function takeAddress(deps: PortalDeps, kind: SentKind, props: AnswerProps): Promise<Outcome> {
  const { form, signIn } = props;
  // R07: hers alone, or it proves nothing about her.
  const { sentCodes } = deps;
  if (sentCodes?.offers(kind, signIn.pending.app) !== true) return { kind: 'mistake', mistake: 'malformed' };
  const read = sentCodes.read(kind, form.field('address').slice(0, 300), signIn.pending.app);
  if ('mistake' in read) return { kind: 'mistake', mistake: read.mistake };
  if (form.field('personal') !== 'yes') return { kind: 'mistake', mistake: 'personal' };
  const kept = await keep(deps, kind, props, read.address);
  if (kept.kind !== 'go') return kept;
  return (await send(deps, kind, props, read.address)) ?? kept;
}

async function again(deps: PortalDeps, kind: SentKind, props: AnswerProps): Promise<Outcome> {
  const { pending } = props.signIn;
  const address = pending.draft?.secret ?? '';
  if (address === '') return { kind: 'unknown' };
  return (await send(deps, kind, props, address)) ?? { kind: 'go', place: `/set-up/${pending.id}/${kind}` };
}

function send(deps: PortalDeps, kind: SentKind, props: AnswerProps, address: string): Promise<Outcome | undefined> {
  return sendCode(deps, props, { kind, factor: 'set-up', address });
}

/** Notes what she typed: what is shown next, and what a code must have gone to. */
async function keep(
  { pendings }: PortalDeps,
  kind: SentKind,
  { signIn: { pending, portalCookie } }: AnswerProps,
  address: string,
): Promise<Outcome> {
  const noted = await pendings.step(pending, portalCookie, { draft: { kind, secret: address } });
  return noted === undefined ? { kind: 'gone' } : { kind: 'go', place: `/set-up/${pending.id}/${kind}` };
}

async function confirm(deps: PortalDeps, kind: SentKind, props: AnswerProps): Promise<Outcome> {
  const { signIn, typed } = props;
  const { person, pending } = signIn;
  const address = pending.draft?.secret ?? '';
  if (person === undefined || deps.sentCodes === undefined || address === '') return { kind: 'unknown' };
  const { state } = await standingOf(deps, { kind, challenge: pending.id });
  if (state === 'spent') return { kind: 'mistake', mistake: 'spent' };
  if (state !== 'open' && state !== 'used') return { kind: 'mistake', mistake: 'expired' };
  if (!/^[0-9]{6}$/.test(normaliseCode(typed))) return { kind: 'mistake', mistake: 'malformed' };
  const sentFor = { kind, challenge: pending.id, person: person.id, factor: 'set-up', address };
  const seen: { taken?: boolean } = {};
  const prove = async (): Promise<Verdict> => {
    const verdict = await takeCode(deps, sentFor, typed);
    if (verdict !== 'accepted') return verdict;
    const claimed = await deps.sentCodes?.claim(kind, address, person);
    seen.taken = claimed !== 'accepted';
    return seen.taken ? 'wrong' : 'accepted';
  };
  const outcome = await bindAndPass(deps, props, {
    factor: factorOf(kind, address),
    confirm: prove,
    // Declared when she gave it: without that, none is kept.
    personal: true,
  });
  if (seen.taken !== true) return outcome;
  await keep(deps, kind, props, '');
  return { kind: 'mistake', mistake: 'taken' };
}

function factorOf(kind: SentKind, address: string): NewFactor {
  const label = masked(kind, address);
  if (kind === 'sms') return { kind, level: 1, label, credential: { number: address } };
  return { kind, level: 1, label, credential: { address } };
}
