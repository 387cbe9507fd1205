import type { AuditEvent } from '../audit/event.ts';
import type { KindName } from '../factor/person.ts';

/** Texts of notices; each gets `{when}`. */
export type NoticeLine =
  | 'notice.factor-added'
  | 'notice.factor-removed'
  | 'notice.factor-replaced'
  | 'notice.factor-reset'
  | 'notice.invited'
  | 'notice.invited-anew'
  | 'notice.activation-used'
  | 'notice.set-up-by-self'
  | 'notice.recovery-made'
  | 'notice.recovery-used'
  | 'notice.token-handed-out'
  | 'notice.token-returned'
  | 'notice.series'
  | 'notice.reset-asked'
  | 'notice.mail-added'
  | 'notice.mail-changed'
  | 'notice.mail-removed'
  | 'notice.signed-out'
  | 'notice.role-changed'
  | 'notice.operator-asked'
  | 'notice.operator-password'
  | 'notice.device-trusted'
  | 'notice.device-removed'
  | 'notice.device-doubted'
  | 'notice.device-copied'
  | 'notice.password-changed'
  | 'notice.approval-reported'
  | 'notice.approval-lifted'
  | 'notice.desk-code-given'
  | 'notice.desk-code-used'
  | 'notice.desk-code-ended'
  | 'notice.closed'
  | 'notice.opened';

/** What a kind of factor is called. */
export type KindText = `kind.${KindName}` | 'notice.some-kind';

/** One thing that its owner is told. */
export interface Notice {
  readonly line: NoticeLine;
  readonly kind?: KindText | undefined;
  readonly left?: number;
  /** Told once of what happened several times at once. */
  readonly once?: true;
  /** Who has a password, or a copied cookie, can make these at will: each gets few mails, and none of those on changes. */
  readonly pool?: Pool;
  /** The address that she had before is told too. */
  readonly former?: true;
}

export const pools = ['series', 'doubt', 'password'] as const;
export type Pool = (typeof pools)[number];

type Told<T extends AuditEvent['type']> =
  | ((event: Extract<AuditEvent, { readonly type: T }>) => Notice | undefined)
  /** Nothing to tell anybody by mail. */
  | undefined;

const kinds: { readonly [K in KindName]: KindText } = {
  totp: 'kind.totp',
  'hardware-token': 'kind.hardware-token',
  webauthn: 'kind.webauthn',
  approval: 'kind.approval',
  'desk-code': 'kind.desk-code',
  sms: 'kind.sms',
  email: 'kind.email',
};

/** R37, every event by its type: what its owner is told. A new one must be decided about here. */
const notices: { readonly [T in AuditEvent['type']]: Told<T> } = {
  'factor.added': ({ kind }) => ({ line: 'notice.factor-added', kind: kindText(kind) }),
  'factor.removed': ({ kind, because }) => ({ line: removals[because], kind: kindText(kind) }),
  // Only a name that she gave it herself, with a fresh factor.
  'factor.renamed': undefined,
  'person.invited': ({ replaces, announced }) =>
    announced === true ? undefined : { line: replaces ? 'notice.invited-anew' : 'notice.invited' },
  'activation.accepted': () => ({ line: 'notice.activation-used' }),
  'set-up.by-self': () => ({ line: 'notice.set-up-by-self' }),
  'recovery-codes.made': () => ({ line: 'notice.recovery-made' }),
  'recovery-code.used': ({ left }) => ({ line: 'notice.recovery-used', left }),
  'token.handed-out': () => ({ line: 'notice.token-handed-out' }),
  'token.returned': () => ({ line: 'notice.token-returned' }),
  'desk-code.given': () => ({ line: 'notice.desk-code-given' }),
  'desk-code.used': () => ({ line: 'notice.desk-code-used', once: true }),
  // The one before a new one: of that she is told.
  'desk-code.ended': ({ because }) => (because === 'replaced' ? undefined : { line: 'notice.desk-code-ended' }),
  'challenge.failed': ({ reason }) => (reason === 'delayed' ? series : undefined),
  'recovery-code.refused': ({ reason }) => (reason === 'delayed' ? series : undefined),
  // A first address has none before it. Told by itself, it would use up the one that a change of a moment later leaves.
  'person.mail-set': ({ change }) =>
    change === 'added' ? { line: 'notice.mail-added' } : { line: `notice.mail-${change}`, former: true },
  'session.ended': ({ reason }) => (reason === 'by-operator' ? { line: 'notice.signed-out', once: true } : undefined),
  'device.trusted': () => ({ line: 'notice.device-trusted' }),
  'device.removed': () => ({ line: 'notice.device-removed', once: true }),
  'device.doubted': () => ({ line: 'notice.device-doubted', once: true, pool: 'doubt' }),
  'device.copied': () => ({ line: 'notice.device-copied' }),
  'password.changed': () => ({ line: 'notice.password-changed', once: true, pool: 'password' }),
  'approval.limited': () => series,
  // Somebody with her password asks for one code after the other.
  'code.not-sent': ({ reason }) => (reason === 'delayed' ? series : undefined),
  'code.sent': undefined,
  'approval.reported': () => ({ line: 'notice.approval-reported', once: true }),
  'approval.report-lifted': () => ({ line: 'notice.approval-lifted' }),
  'approval.asked': undefined,
  'device.used': undefined,
  'browser.marked-shared': undefined,
  'browser.unmarked-shared': undefined,
  // The app calls her so, and told her.
  'person.renamed': undefined,
  'person.closed': () => ({ line: 'notice.closed' }),
  'person.erased': undefined,
  'person.opened': () => ({ line: 'notice.opened' }),
  // Before it is done: she may say that she asked for nothing. What follows is mailed by the desk itself (R35).
  'reset.filed': () => ({ line: 'notice.reset-asked', once: true }),
  'reset.proved': undefined,
  'reset.checked': undefined,
  'reset.executed': undefined,
  'reset.handed-over': undefined,
  'reset.confirmed': undefined,
  'reset.refused': undefined,
  'reset.denied': undefined,
  'reset.stolen': undefined,
  'reset.api-refused': undefined,
  'operator.changed': () => ({ line: 'notice.role-changed' }),
  'operator.ended': () => ({ line: 'notice.role-changed' }),
  // Before it is done: she may say that she asked for nothing. Of a code she is mailed by the console itself.
  'operator.asked': () => ({ line: 'notice.operator-asked' }),
  'operator.local-password': () => ({ line: 'notice.operator-password' }),
  'operator.ask-refused': undefined,
  'operator.invited': undefined,
  'operator.refused': undefined,
  'operator.acted': undefined,
  // Everyday signing in, and what goes wrong on the way to whose account it is.
  'sign-in.proved': undefined,
  'sign-in.failed': undefined,
  'sign-in.refused': undefined,
  'proof.outside-sign-in': undefined,
  'challenge.passed': undefined,
  'session.began': undefined,
  'activation.refused': undefined,
  'webauthn.judged': undefined,
  'webauthn.counter': undefined,
  'webauthn.refused': undefined,
  'submission.parked': undefined,
  'submission.sent': undefined,
  'submission.dropped': undefined,
  'access.refused': undefined,
  // Of nobody in particular.
  'tokens.imported': undefined,
  'mail.sent': undefined,
  'mail.failed': undefined,
  // To whom the operator named; see src/signal.
  'signal.raised': undefined,
  'audit.removed': undefined,
  'server.started': undefined,
  'server.stopped': undefined,
  'level-1.accepted': undefined,
  'configuration.changed': undefined,
  'configuration.refused': undefined,
  'worker.ended': undefined,
};

/** The owner of what happened, and what she is told of it; undefined where nobody is. */
export function noticeOf(event: AuditEvent): (Notice & { readonly person: string }) | undefined {
  if (!('person' in event) || event.person === undefined) return undefined;
  // Kept by an older or newer release: its types may be others.
  const told = notices[event.type] as ((event: AuditEvent) => Notice | undefined) | undefined;
  const notice = told?.(event);
  return notice && { ...notice, person: event.person };
}

const series: Notice = { line: 'notice.series', once: true, pool: 'series' };

const removals = {
  replaced: 'notice.factor-replaced',
  reset: 'notice.factor-reset',
  'by-owner': 'notice.factor-removed',
} as const;

function kindText(kind: string): KindText {
  return Object.hasOwn(kinds, kind) ? kinds[kind as KindName] : 'notice.some-kind';
}
