import type { AppSettings, RealmSettings, Settings, TrustSettings } from '../config/settings.ts';
import { kindsReaching, type Offers } from '../factor/in-words.ts';
import type { Person } from '../factor/person.ts';
import { levelOf } from '../factor/registry.ts';
import type { Usable } from '../factor/sent-code/usable.ts';
import { highestLevel, waysOf } from '../factor/ways.ts';
import { type Admission, admit } from './admit.ts';
import { type CheckName, checkTexts, type Decision, type SessionFacts } from './decide.ts';
import type { Place } from './explain-place.ts';
import { trustInWords } from './explain-trust.ts';
import { ageInWords, demandInWords, type MetRule, metRules } from './explain-words.ts';
import { groupsOf } from './groups.ts';
import { type Entry, entryOf } from './match.ts';
import { type Demand, matchesOf, tableOf } from './route.ts';
import { readPairs, type Target } from './target.ts';

export interface ExplainRequest {
  readonly method: string;
  /** Normal form of a name, and the person of it where there is one; undefined: of nobody in particular. */
  readonly user: { readonly name: string; readonly person: Person | undefined } | undefined;
  /** The level of the session that is asked about; undefined: what her factors give. */
  readonly level: number | undefined;
  /** How long ago its factor was passed. Milliseconds. */
  readonly factorAge: number;
  readonly now: number;
  /** Which factors may serve at this app, where codes are sent. */
  readonly usable?: Usable | undefined;
  /** Whether, and why, level 1 is accepted (R04). */
  readonly levels?: Settings['levels'] | undefined;
  /** What devices people may trust; undefined: none. */
  readonly trust?: TrustSettings | undefined;
  /** Which kinds people can have. */
  readonly offers: Offers;
}

/** What becomes of one request and why: data, and the same in words. No secret is in it, nor any value of the query. */
export interface Explanation {
  readonly app: Pick<AppSettings, 'id' | 'title' | 'origin' | 'class'>;
  readonly realm: string;
  readonly entry: Entry | undefined;
  /** What decide() says of somebody without a session. */
  readonly stranger: Decision['outcome'];
  readonly rules: readonly MetRule[];
  /** Of this person, with what her groups add. */
  readonly demand: Demand;
  /** Why so low a level is accepted here, as the operator says. */
  readonly acceptedLow: string | undefined;
  readonly person: PersonFacts | undefined;
  /** In order; `not-asked`: one before it settled the matter. */
  readonly checks: readonly {
    readonly name: CheckName;
    readonly result: 'passed' | 'failed' | 'not-asked';
    readonly description: string;
  }[];
  readonly outcome: Decision['outcome'] | undefined;
  /** Whether a trusted device would do instead of a factor; undefined where no factor would. */
  readonly trustedDevice: string | undefined;
  /** What would get her through, and how she gets that. */
  readonly suffices: readonly string[];
  readonly sections: readonly Section[];
}

export interface PersonFacts {
  readonly name: string;
  readonly known: boolean;
  readonly groups: readonly string[];
  readonly factors: readonly { readonly kind: string; readonly label: string; readonly level: number }[];
  /** The session that was assumed; undefined: none can be had. */
  readonly assumed: { readonly level: number; readonly factorAge: number } | undefined;
}

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

type InApp = Extract<Place, { readonly kind: 'app' }>;

/** What becomes of this request, as admit() says it: the same gathering and the same decision as for a real one. */
export function explain({ app, realm, target }: InApp, request: ExplainRequest): Explanation {
  const { method, now } = request;
  const table = tableOf(app);
  const entry = entryOf(app.preset, method, target);
  const person = request.user === undefined ? undefined : personFacts(realm, request.user, request);
  const ask = (who: { entry: Entry | undefined; person?: { name: string; holds: SessionFacts | undefined } }) =>
    admit(asIfConfirmed, {
      app: { settings: app, realm, table, stillTaken: () => true },
      method,
      target,
      session: undefined,
      now,
      ...who,
    });
  const stranger = ask({ entry });
  const holds = person?.assumed && sessionOf(person.assumed, now);
  const own = person === undefined ? undefined : ask({ entry: undefined, person: { name: person.name, holds } });
  const parts = {
    app: { id: app.id, title: app.title, origin: app.origin, class: app.class },
    realm: realm.name,
    entry,
    stranger: stranger.decision.outcome,
    rules: metRules(app, matchesOf(table, method, target) ?? []),
    demand: (own ?? stranger).demand,
    acceptedLow: (own ?? stranger).demand.level < 2 ? request.levels?.acceptLevel1?.reason : undefined,
    person,
    checks: own === undefined ? [] : checksOf(own.decision),
    outcome: own?.decision.outcome,
    trustedDevice: trustAnswer((own ?? stranger).decision, (own ?? stranger).demand, request),
    suffices:
      own === undefined ? [] : sufficient(own, realm, { ...request, ...request.user, name: person?.name ?? '' }),
  };
  return { ...parts, sections: sectionsOf(parts, method, target) };
}

export function explanationText({ sections }: Pick<Explanation, 'sections'>): string {
  return sections.map(({ title, lines }) => `${title}\n${lines.map(line => `  ${line}\n`).join('')}`).join('\n');
}

/** What is asked is what the rules say, not whether a store answers just now. */
const asIfConfirmed = { storeStanding: 'confirmed' as const, idleEnd: () => Number.POSITIVE_INFINITY };

function sessionOf({ level, factorAge }: { level: number; factorAge: number }, now: number): SessionFacts {
  return { level, factorAt: now - factorAge, idleEnd: now + 1, absoluteEnd: now + 1 };
}

function personFacts(
  realm: RealmSettings,
  { name, person }: NonNullable<ExplainRequest['user']>,
  { level, factorAge, usable = () => true }: ExplainRequest,
): PersonFacts {
  // A code that may not be sent for this app opens no session there (R20).
  const held = level ?? highestLevel({ factors: (person?.factors ?? []).filter(usable) });
  return {
    name,
    known: person !== undefined,
    groups: groupsOf(realm, name),
    factors: (person?.factors ?? []).map(factor => ({
      kind: factor.kind,
      label: factor.label,
      level: levelOf(factor),
    })),
    assumed: held === 0 ? undefined : { level: held, factorAge },
  };
}

function checksOf({ reasons }: Decision): Explanation['checks'] {
  const found = new Map(reasons.map(({ check, passed }) => [check, passed]));
  return checkTexts.map(({ name, description }) => {
    const passed = found.get(name);
    return { name, description, result: passed === undefined ? 'not-asked' : passed ? 'passed' : 'failed' };
  });
}

function sufficient({ decision, demand }: Admission, realm: RealmSettings, who: Wanting): string[] {
  if (decision.outcome === 'allow') return ['nothing more: she gets through'];
  const failed = decision.reasons.at(-1)?.check;
  if (failed === 'door-open') return ['nothing: this door for programs is closed to everybody'];
  if (failed === 'group-allowed') return groupsWanted(demand, realm, who.name);
  const age = demand.maxAge === undefined ? [] : [`a factor passed in the last ${ageInWords(demand.maxAge)}`];
  return [...factorsWanted(demand.level, realm, who), ...age];
}

function groupsWanted({ groups }: Demand, realm: RealmSettings, name: string): string[] {
  const own = groupsOf(realm, name);
  return groups
    .filter(allowed => !allowed.some(group => own.includes(group)))
    .map(allowed => {
      const keys = allowed.map(group => `realms.${realm.name}.groups.${group}`).join(' or ');
      return `to be in ${allowed.join(' or ')}, and no factor instead: add ${name} to ${keys}, if she belongs there`;
    });
}

/** A closed door, and a page of another group, are so whatever stands in for a factor. */
function trustAnswer({ outcome }: Decision, demand: Demand, { trust, user }: ExplainRequest): string | undefined {
  return outcome === 'deny' ? undefined : trustInWords(demand, trust, user?.person);
}

type Wanting = Pick<ExplainRequest, 'usable' | 'offers'> & {
  readonly name: string;
  readonly person?: Person | undefined;
};

function factorsWanted(level: number, realm: RealmSettings, { name, person, usable, offers }: Wanting): string[] {
  const kinds = kindsReaching(level, { name, realm: realm.name }, offers);
  const any = `level ${level}: ${kinds.map(({ words }) => words).join(' or ') || 'nothing that this configuration offers'}`;
  const ways = waysOf(person, level, usable);
  if (ways.length > 0) return [`${any}; she has ${ways.map(nameOfFactor).join(' and ')}, and is asked for it`];
  return [`${any}; she has none: give one with`, ...kinds.map(({ give }) => `  ${give}`)];
}

function nameOfFactor({ kind, label }: { readonly kind: string; readonly label: string }): string {
  return label === '' ? kind : `${kind} "${label}"`;
}

type Parts = Omit<Explanation, 'sections'>;

function sectionsOf(parts: Parts, method: string, target: Target): Section[] {
  const { app, person, checks, suffices } = parts;
  const names = [...new Set(readPairs(target.query).map(([name]) => name))];
  const own = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : [{ title, lines }]);
  return [
    {
      title: 'Request',
      lines: [
        `${method} ${target.path}${names.length === 0 ? '' : ` (parameters: ${names.join(', ')})`}`,
        `app ${app.id} (${app.title}), ${app.origin}, realm ${parts.realm}${app.class === undefined ? '' : `, class ${app.class}`}`,
      ],
    },
    { title: 'Without a session', lines: [strangerInWords(parts)] },
    { title: 'Demanded', lines: [...demandLines(parts), ...lowLines(parts)] },
    ...own('Who', person === undefined ? [] : personLines(person)),
    ...own(
      'Checks',
      checks.map(({ result, name, description }) => `${marks[result]}  ${name.padEnd(24)}${description}`),
    ),
    ...own('Outcome', parts.outcome === undefined ? [] : [outcomes[parts.outcome]]),
    ...own('What suffices', suffices),
    ...own('With a trusted device', parts.trustedDevice === undefined ? [] : [parts.trustedDevice]),
  ];
}

const marks = { passed: 'passed   ', failed: 'NOT      ', 'not-asked': 'not asked' } as const;

const outcomes: Readonly<Record<Decision['outcome'], string>> = {
  allow: 'let through',
  'sign-in': 'has to sign in',
  challenge: 'asked for a factor that suffices (step-up), and brought back',
  deny: 'refused (403)',
  unavailable: 'told to try again (503)',
};

function strangerInWords({ entry, stranger }: Parts): string {
  if (stranger === 'deny') return 'closed: a door for programs, for nobody';
  if (stranger !== 'allow') return 'not public: navigations are led to the login page, everything else is refused';
  if (entry === 'asset') return 'public: a file that everybody may have; in a session, the demand below holds';
  if (entry === 'login-page') return "public: the app's login page opens for everybody, who is nobody yet";
  return "public: the app's sign-in; what it answers is kept until the second factor is passed";
}

function demandLines({ demand, rules }: Parts): string[] {
  if (rules.length === 0)
    return [demandInWords(demand), 'more values than an honest request has: whatever any rule demands, together'];
  const met = rules.flatMap(({ place, demands, readings }) => [
    `${place}  ${demands}`,
    ...readings.map(reading => `    read as ${reading}`),
  ]);
  const why =
    rules.length === 1
      ? 'the first rule that matches; every reading of the request leads to it'
      : 'the strictest of all readings together: the highest level, the shortest age, and every group';
  return [`${demandInWords(demand)}: ${why}`, ...met];
}

function lowLines({ acceptedLow }: Parts): string[] {
  return acceptedLow === undefined ? [] : [`below 2, which levels.acceptLevel1 accepts (R04): ${acceptedLow}`];
}

function personLines({ name, known, groups, factors, assumed }: PersonFacts): string[] {
  const session =
    assumed === undefined
      ? 'no session: without a second step she cannot get one'
      : `a session at level ${assumed.level}, its factor passed ${assumed.factorAge === 0 ? 'just now' : `${ageInWords(assumed.factorAge)} ago`}`;
  return [
    `${name}${known ? '' : ': not known to Sluis; nobody of this name was invited or has set anything up'}`,
    `groups: ${groups.join(', ') || 'none'}`,
    `factors: ${factors.map(factor => `${nameOfFactor(factor)} (level ${factor.level})`).join(', ') || 'none'}`,
    `assumed: ${session}`,
  ];
}

/** Of a URL that leads to no app. */
export function elsewhereText(place: Exclude<Place, InApp>, settings: Pick<Settings, 'apps'>): string {
  if (place.kind === 'unknown')
    return `No app is served at ${place.host}: such a request gets 421. Apps: ${place.origins.join(', ') || 'none'}\n`;
  if (place.what === 'portal')
    return `${place.on} is the portal: pages of Sluis itself, for codes and setting up. No route says anything about them.\n`;
  const app = settings.apps.find(({ origin }) => origin === place.on);
  return `An address of Sluis itself (/_sluis/) on the host of ${app?.id ?? place.on}: it never reaches the app, and no route says anything about it.\n`;
}
