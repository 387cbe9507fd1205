import type { AuditEntry } from '../audit/chain.ts';
import type { AuditEvent } from '../audit/event.ts';
import type { AppSettings } from '../config/settings.ts';
import { isKind } from '../factor/registry.ts';
import type { Session } from '../session/session.ts';
import type { MessageId } from '../ui/messages.ts';
import type { ShownEvent, ShownSession } from '../ui/pages-my-security.tsx';

type Apps = readonly Pick<AppSettings, 'id' | 'title'>[];

/** What a person is shown of her audit entries; what is not named here is for operators. */
const texts: { readonly [T in AuditEvent['type']]?: MessageId } = {
  'session.began': 'own.event-session-began',
  'factor.added': 'own.event-factor-added',
  'factor.removed': 'own.event-factor-removed',
  'factor.renamed': 'own.event-factor-renamed',
  'recovery-codes.made': 'own.event-codes-made',
  'recovery-code.used': 'own.event-code-used',
  'recovery-code.refused': 'own.event-code-refused',
  'challenge.failed': 'own.event-challenge-failed',
  'activation.accepted': 'own.event-activation-accepted',
  'person.invited': 'own.event-invited',
  'token.handed-out': 'own.event-token-handed-out',
  'desk-code.given': 'own.event-desk-code-given',
  'desk-code.used': 'own.event-desk-code-used',
  'desk-code.ended': 'own.event-desk-code-ended',
  'token.returned': 'own.event-token-returned',
  'set-up.by-self': 'own.event-by-self',
  'approval.reported': 'own.event-reported',
  'approval.report-lifted': 'own.event-report-lifted',
  'person.mail-set': 'own.event-mail-set',
  'reset.executed': 'own.event-reset',
  'device.trusted': 'own.event-device-trusted',
  'device.removed': 'own.event-device-removed',
  'device.doubted': 'own.event-device-doubted',
  'device.copied': 'own.event-device-copied',
  'password.changed': 'own.event-password-changed',
};

const most = 20;

export function shownEvents(entries: readonly AuditEntry[], apps: Apps): readonly ShownEvent[] {
  return entries.flatMap(entry => shownEvent(entry, apps) ?? []).slice(0, most);
}

function shownEvent({ at, event }: AuditEntry, apps: Apps): ShownEvent | undefined {
  const text = texts[event.type];
  if (text === undefined) return undefined;
  const app = 'app' in event ? { app: titleOf(event.app ?? '', apps) } : {};
  const kind = 'kind' in event && isKind(event.kind) ? { kind: event.kind } : {};
  return { at: Date.parse(at), text, ...app, ...kind };
}

export function shownSessions(sessions: readonly Session[], apps: Apps, browser: string): readonly ShownSession[] {
  return sessions
    .map(({ id, app, agent, beganAt, lastSeen, absoluteEnd, portal }) => ({
      id,
      app: titleOf(app, apps),
      agent,
      beganAt,
      usedAt: lastSeen,
      endsAt: absoluteEnd,
      here: portal === browser,
    }))
    .toSorted((a, b) => Number(b.here) - Number(a.here) || b.usedAt - a.usedAt);
}

function titleOf(id: string, apps: Apps): string {
  return apps.find(app => app.id === id)?.title ?? id;
}
