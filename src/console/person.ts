import type { TrustedDevice } from '../device/trusted-device.ts';
import { closePerson, enrolAgain, openPerson } from '../enrolment/closing.ts';
import { reportedUntil } from '../factor/approval/asks.ts';
import { liftReport } from '../factor/approval/lifting.ts';
import { deskCodeOf } from '../factor/desk-code/standing.ts';
import { stateOf } from '../factor/people-index.ts';
import type { Person } from '../factor/person.ts';
import { levelOf } from '../factor/registry.ts';
import { type Act, may } from '../operator/role.ts';
import { isAboveCodes } from '../recovery/recovery-codes.ts';
import type { MessageId } from '../ui/messages.ts';
import { personPage } from '../ui/pages-console-people.tsx';
import { deskCodeActs } from './desk-code.ts';
import { placeOfPerson } from './people.ts';
import { personAct, personOf, personPath } from './person-act.ts';
import { personalDataActs } from './personal-data.ts';
import type { Ask, ConsoleRoute, PageRoute } from './route.ts';
import { noteTaken } from './taken.ts';

const personRoute: PageRoute = {
  method: 'GET',
  path: personPath,
  act: 'see-people',
  show: async ask => {
    const person = await personOf(ask);
    const { c, view, page, deps } = ask;
    if (person === undefined) return view.refuse(c, 'not-found');
    const sessions = await deps.sessions.ofPerson(person.id);
    const devices = await deps.devices.list(person);
    const reported = await reportedUntil(deps, person);
    const titles = new Map(deps.settings.apps.map(({ id, title }) => [id, title]));
    const html = personPage(page, {
      ...person,
      realm: deps.settings.realms.get(person.realm)?.title ?? person.realm,
      email: person.email,
      state: stateOf(person),
      since: person.createdAt,
      invitedUntil: person.activation?.until,
      deskCodeUntil: deskCodeOf(person)?.credential.until,
      reportedUntil: reported,
      recoveryLeft: person.recovery?.hashes.length ?? 0,
      closedWhy: person.closed?.reason,
      factors: person.factors.map(factor => ({ ...factor, level: levelOf(factor) })),
      sessions: sessions.map(one => ({
        ...one,
        app: titles.get(one.app) ?? one.app,
        lastSeen: deps.sessions.lastSeen(one),
      })),
      devices: devices.map(one => ({ name: deviceName(one), since: one.createdAt, until: deps.devices.until(one) })),
      acts: actsOf(ask, person, reported !== undefined),
    });
    return view.html(c, html);
  },
};

function deviceName({ label, agent }: TrustedDevice): string {
  const words = [label, agent.browser, agent.platform].filter(word => word !== undefined && word !== '');
  return words.length === 0 ? '–' : words.join(', ');
}

/** What this role may do with this person as she stands now. */
function actsOf({ operator, view, page: { t } }: Ask, person: Person, isReported: boolean) {
  const offered: readonly (readonly [Act, string, MessageId, boolean])[] = [
    ['see-access', 'access', 'console.access.see', true],
    ['end-sessions', 'end-sessions', 'console.end-sessions', true],
    ['invite-person', 'invite', 'console.invite', person.closed === undefined && person.factors.length === 0],
    ['enrol-again', 'enrol-again', 'console.enrol-again', person.factors.length > 0 && !isAboveCodes(person)],
    ...deskCodeActs(person),
    ['lift-report', 'lift-report', 'console.lift-report', isReported],
    ['hand-out-token', 'hand-out', 'console.hand-out', person.closed === undefined],
    ['close-person', 'close', 'console.close', person.closed === undefined],
    ['close-person', 'open', 'console.open', person.closed !== undefined],
    ...personalDataActs,
  ];
  return offered
    .filter(([act, , , now]) => now && may(operator.role, act))
    .map(([, place, title]) => ({ title: t(title), href: view.at(`${placeOfPerson(person)}/${place}`) }));
}

export const personRoutes: readonly ConsoleRoute[] = [
  personRoute,
  personAct({
    act: 'end-sessions',
    place: 'end-sessions',
    title: 'console.end-sessions',
    consequences: ['console.end-sessions.will', 'console.work-lost'],
    submit: async ({ deps, source }, person) => {
      // Or whoever has the device and the password would be in again a moment later.
      await deps.devices.removeAll(person, 'signed-out-everywhere', source);
      await deps.endSessionsOf(person, 'by-operator');
      return { go: placeOfPerson(person), notice: 'console.done.signed-out' };
    },
  }),
  personAct({
    act: 'enrol-again',
    place: 'enrol-again',
    title: 'console.enrol-again',
    consequences: [
      'console.enrol-again.will',
      'console.enrol-again.then',
      'console.enrol-again.other',
      'console.work-lost',
    ],
    submit: async ({ deps, operator, source }, person, _form, reason) => {
      // R36: only who was seen gets past a key of level 4; a case of the desk says by whom.
      if (isAboveCodes(person)) return { mistake: 'console.refused.level-four' };
      await noteTaken(deps, person.id, operator);
      await enrolAgain(deps, { person, by: operator.email, reason });
      await deps.devices.removeAll(person, 'reset', source);
      await deps.endSessionsOf(person, 'factor-replaced');
      return { go: placeOfPerson(person), notice: 'console.done.enrol-again' };
    },
  }),
  personAct({
    act: 'lift-report',
    place: 'lift-report',
    title: 'console.lift-report',
    consequences: [
      'console.lift-report.what',
      'console.lift-report.sure',
      'console.lift-report.will',
      'console.desk-code.told',
    ],
    submit: async ({ deps, operator }, person, _form, reason) => {
      const lifted = await liftReport(deps, { person, by: operator.email, reason });
      if (!lifted) return { mistake: 'console.refused.no-report' };
      return { go: placeOfPerson(person), notice: 'console.done.report-lifted' };
    },
  }),
  personAct({
    act: 'close-person',
    place: 'close',
    title: 'console.close',
    consequences: ['console.close.will', 'console.close.kept', 'console.work-lost'],
    submit: async ({ deps, operator, source }, person, _form, reason) => {
      await closePerson(deps, { person, by: operator.email, reason });
      await deps.devices.removeAll(person, 'by-operator', source);
      await deps.endSessionsOf(person, 'by-operator');
      return { go: placeOfPerson(person), notice: 'console.done.closed' };
    },
  }),
  personAct({
    act: 'close-person',
    place: 'open',
    title: 'console.open',
    consequences: ['console.open.will'],
    submit: async ({ deps, operator }, person, _form, reason) => {
      await openPerson(deps, { person, by: operator.email, reason });
      return { go: placeOfPerson(person), notice: 'console.done.opened' };
    },
  }),
];
