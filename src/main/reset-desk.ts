import type { RealmSettings, Settings } from '../config/settings.ts';
import type { FactorDeps } from '../factor/deps.ts';
import type { People } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import { parseMailAddress } from '../kernel/mail-address.ts';
import type { Outbox } from '../notice/outbox.ts';
import { isAble } from '../operator/operator.ts';
import type { Operators } from '../operator/operators.ts';
import type { ResetCase } from '../reset/case.ts';
import { type CaseMail, mailIdOf, mailsOf, type SentMail } from '../reset/case-mails.ts';
import { ResetCases } from '../reset/cases.ts';
import type { ResetDeps, ResetPost } from '../reset/deps.ts';
import type { ResetRules } from '../reset/filing.ts';
import { linkValidity, ResetIntake } from '../reset/intake.ts';
import { maySharePerson } from '../reset/official-address.ts';
import { CaseRecords } from '../reset/records.ts';
import { askLetter, executedLetter, type ResetLetter, refusedLetter, userLetter } from '../ui/reset-letters.ts';

/** The reset desk over one store, by the settings that hold when it is asked. */
export interface ResetDesk {
  readonly records: CaseRecords;
  readonly cases: ResetCases;
  readonly intake: ResetIntake;
  /** What became of the mails of a case, as long as that is known. */
  sentMails(record: ResetCase): Promise<readonly SentMail[]>;
}

/** Longer than a case should take: who works on it sees which mail did not arrive. */
const mailKnownFor = 60 * 24 * 60 * 60_000;

interface Parts extends FactorDeps, Pick<ResetDeps, 'activation' | 'endAllOf'> {
  readonly people: People;
  readonly operators: Operators;
  readonly outbox: Outbox;
  readonly settings: () => Settings;
}

export function resetDeskOf(parts: Parts): ResetDesk {
  const { people, operators, clock, settings } = parts;
  const rules = (): ResetRules => settings().reset ?? noRules;
  const deps: ResetDeps = {
    ...parts,
    rules,
    post: postOf(parts),
    accountsOf: async (realm, address) => {
      const parsed = parseMailAddress(address);
      return parsed === undefined ? [] : people.byEmail(realm, parsed);
    },
    hasConsoleRole: async person => {
      const able = (await operators.list()).filter(operator => isAble(operator, clock.now()));
      return able.some(({ email }) => isOperator(email, person, rules().domains));
    },
    validity: realm => settings().realms.get(realm)?.activationValidity ?? 0,
  };
  const records = new CaseRecords(deps, () => settings().retention.resetCases);
  const sentMails = async (record: ResetCase) => {
    const found = mailsOf(record).map(async about => {
      const state = await parts.outbox.stateOf(mailIdOf(record, about));
      return state === undefined ? [] : [{ about, state }];
    });
    return (await Promise.all(found)).flat();
  };
  return { records, cases: new ResetCases(deps, records), intake: new ResetIntake(deps, records), sentMails };
}

/** Without a desk in the configuration nothing is official. */
const noRules: ResetRules = { domains: [], groupMailboxes: [], methods: [] };

/** By address, or by the name that stands before an official one: both are how one person is known. */
function isOperator(email: string, person: Person, domains: readonly string[]): boolean {
  if (person.email !== undefined && maySharePerson(email, person.email, domains)) return true;
  return domains.some(domain => maySharePerson(email, `${person.name}@${domain}`, domains));
}

function postOf({ outbox, settings }: Pick<Parts, 'outbox' | 'settings'>): ResetPost {
  const put = async (record: ResetCase, about: CaseMail, to: string, letter: ResetLetter, person?: Person) => {
    const mail = { ...letter, to, sender: realmOf(settings(), record).title };
    const { realm } = record;
    const what = { id: mailIdOf(record, about), realm, about: `reset-${about}`, knownFor: mailKnownFor, mail };
    await outbox.put({ ...what, ...(person === undefined ? {} : { person }) });
  };
  return {
    askRequester: async (record, token) => {
      const realm = realmOf(settings(), record);
      const link = `${realm.portalOrigin}${realm.portalPath}/reset/${record.id}/${token}`;
      const letter = askLetter(record, realm, { link, until: record.filedAt + linkValidity });
      await put(record, 'ask', record.requester.address, letter);
    },
    tellExecuted: async (record, person) => {
      const realm = realmOf(settings(), record);
      await put(record, 'done', record.requester.address, executedLetter(record, realm));
      await put(record, 'user', person.email ?? record.account.address, userLetter(record, realm, person), person);
    },
    tellRefused: async record => {
      await put(record, 'refused', record.requester.address, refusedLetter(record, realmOf(settings(), record)));
    },
  };
}

function realmOf({ realms }: Settings, { realm: name }: ResetCase): RealmSettings {
  const realm = realms.get(name);
  if (realm === undefined) throw new Error(`there is no realm ${name}`);
  return realm;
}
