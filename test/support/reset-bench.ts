import type { Person } from '../../src/factor/person.ts';
import { isAboveCodes } from '../../src/recovery/recovery-codes.ts';
import type { Clerk, Outcome, Refusal, ResetCase } from '../../src/reset/case.ts';
import { ResetCases } from '../../src/reset/cases.ts';
import type { ResetDeps, ResetPost } from '../../src/reset/deps.ts';
import type { Filing, ResetRules } from '../../src/reset/filing.ts';
import { ResetIntake } from '../../src/reset/intake.ts';
import { CaseRecords } from '../../src/reset/records.ts';
import { type Bench, minute, openBench, realm, source, withTotp } from '../vectors/factor-bench.ts';

export const resetRules: ResetRules = {
  domains: ['gemeente.nl', 'voorbeeld.nl'],
  groupMailboxes: ['wmo*'],
  methods: [
    { id: 'document', title: 'Legitimatiebewijs aan de balie', document: true, visit: true },
    { id: 'data', title: 'Controle van persoonsgegevens', document: false, visit: false },
  ],
};

export interface Told {
  readonly what: 'ask' | 'executed' | 'refused';
  readonly case: ResetCase;
  readonly token?: string;
}

export type ResetBench = Awaited<ReturnType<typeof openResetBench>>;

/** A reset desk over real parts; mail is kept in `told`. */
export async function openResetBench(given: Parameters<typeof openBench>[0] = {}) {
  const bench = await openBench(given);
  const told: Told[] = [];
  const staff = new Set<string>();
  const ended: string[] = [];
  const post: ResetPost = {
    askRequester: async (record, token) => void told.push({ what: 'ask', case: record, token }),
    tellExecuted: async record => void told.push({ what: 'executed', case: record }),
    tellRefused: async record => void told.push({ what: 'refused', case: record }),
  };
  const deps: ResetDeps = {
    ...bench.deps,
    activation: bench.activation,
    post,
    rules: () => resetRules,
    accountsOf: (_realm, address) => bench.people.byEmail(realm, address),
    hasConsoleRole: async ({ name }) => staff.has(name),
    endAllOf: async person => {
      ended.push(person);
      return 1;
    },
    validity: () => 14 * 24 * 60 * minute,
  };
  const records = new CaseRecords(deps);
  return {
    ...bench,
    resetDeps: deps,
    records,
    cases: new ResetCases(deps, records),
    intake: new ResetIntake(deps, records),
    told,
    staff,
    ended,
  };
}

/** A resident with a second step and a mail address. */
export async function resident(bench: ResetBench, name = 'resident'): Promise<Person> {
  const { person } = await withTotp(bench as Bench, name);
  await bench.people.setEmail(person.id, `${name}@post.example`);
  return person;
}

export function clerk(bench: ResetBench, id: string, given: Partial<Clerk> = {}): Clerk {
  const name = id.replace(/^./, first => first.toUpperCase());
  return { id, name, address: `${id}@gemeente.nl`, role: 'helpdesk', provedAt: bench.clock.time, source, ...given };
}

export const filing: Filing = {
  account: 'resident@post.example',
  requesterName: 'Carla de Wit',
  requesterAddress: 'carla@gemeente.nl',
  identityMethod: 'document',
  documentType: 'passport',
  documentLastFour: '12AB',
  staff: ['Anna Bakker', 'Bram Visser'],
  identityConfirmed: true,
  ordered: true,
  lostBecause: 'lost',
  fileNumber: 'Z-2026/0042',
};

/** The case, or an error that says why not. */
export function doneOf(outcome: Outcome): ResetCase {
  if (outcome.outcome === 'done') return outcome.case;
  throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
}

export function refusalOf(outcome: { readonly outcome: string }): Refusal | undefined {
  return 'refusal' in outcome ? (outcome.refusal as Refusal) : undefined;
}

/** Filed by the desk's own clerk, who saw the person. */
export async function filedByAnna(bench: ResetBench, given: Partial<Filing> = {}): Promise<ResetCase> {
  return doneOf(await bench.intake.file(realm, { ...filing, ...given }, clerk(bench, 'anna')));
}

export { isAboveCodes, minute, realm };
