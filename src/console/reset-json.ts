import type { CaseField } from '../reset/case.ts';
import type { Filing } from '../reset/filing.ts';

/** What a ticket system sends. */
export interface FiledJson {
  /** '' where the configuration has but one. */
  readonly realm: string;
  readonly filing: Filing;
}

/** By which name the API knows each field: where in the body it stands. */
export const apiFields: Readonly<Record<CaseField, string>> = {
  realm: 'realm',
  account: 'account',
  'requester-name': 'requester.name',
  'requester-address': 'requester.address',
  request: 'request',
  'identity-method': 'identity.method',
  'document-type': 'identity.documentType',
  'document-last-four': 'identity.documentLastFour',
  staff: 'identity.staff',
  'identity-confirmed': 'identityConfirmed',
  ordered: 'ordered',
  'lost-because': 'lostBecause',
  'file-number': 'fileNumber',
  reason: 'reason',
  how: 'how',
};

type Fault = { readonly error: 'json' } | { readonly error: 'unknown' | 'invalid'; readonly field: string };
type Block = Readonly<Record<string, unknown>>;

const shape = {
  '': ['realm', 'account', 'requester', 'identity', 'identityConfirmed', 'ordered', 'lostBecause', 'fileNumber'],
  requester: ['name', 'address'],
  identity: ['method', 'documentType', 'documentLastFour', 'staff'],
} as const;

/** Reads the body; what is absent is empty, and the desk says that it is missing. What nobody knows is refused by name. */
export function readFiledJson(body: Buffer): FiledJson | Fault {
  const root = parse(body);
  if (root === undefined) return { error: 'json' };
  const [requester, identity] = [blockAt(root, 'requester'), blockAt(root, 'identity')];
  if (requester === undefined) return { error: 'invalid', field: 'requester' };
  if (identity === undefined) return { error: 'invalid', field: 'identity' };
  const fault = unknownIn(root, '') ?? unknownIn(requester, 'requester') ?? unknownIn(identity, 'identity');
  if (fault !== undefined) return fault;
  const wrong = wrongType(root, requester, identity);
  if (wrong !== undefined) return { error: 'invalid', field: wrong };
  const text = (block: Block, name: string) => (block[name] as string | undefined) ?? '';
  return {
    realm: text(root, 'realm'),
    filing: {
      account: text(root, 'account'),
      requesterName: text(requester, 'name'),
      requesterAddress: text(requester, 'address'),
      identityMethod: text(identity, 'method'),
      documentType: text(identity, 'documentType'),
      documentLastFour: text(identity, 'documentLastFour'),
      staff: (identity['staff'] as readonly string[] | undefined) ?? [],
      identityConfirmed: root['identityConfirmed'] === true,
      ordered: root['ordered'] === true,
      lostBecause: text(root, 'lostBecause'),
      fileNumber: text(root, 'fileNumber'),
    },
  };
}

function wrongType(root: Block, requester: Block, identity: Block): string | undefined {
  const texts: readonly (readonly [string, unknown])[] = [
    ...['realm', 'account', 'lostBecause', 'fileNumber'].map(name => [name, root[name]] as const),
    ...['name', 'address'].map(name => [`requester.${name}`, requester[name]] as const),
    ...['method', 'documentType', 'documentLastFour'].map(name => [`identity.${name}`, identity[name]] as const),
  ];
  const flags = ['identityConfirmed', 'ordered'].find(name => !['undefined', 'boolean'].includes(typeof root[name]));
  const staff = identity['staff'];
  const isList = Array.isArray(staff) && staff.length <= 10 && staff.every(name => typeof name === 'string');
  return (
    texts.find(([, value]) => value !== undefined && typeof value !== 'string')?.[0] ??
    flags ??
    (staff === undefined || isList ? undefined : 'identity.staff')
  );
}

function unknownIn(block: Block, place: keyof typeof shape): Fault | undefined {
  const known: readonly string[] = shape[place];
  const name = Object.keys(block).find(key => !known.includes(key));
  if (name === undefined) return undefined;
  return { error: 'unknown', field: `${place === '' ? '' : `${place}.`}${name}`.slice(0, 80) };
}

function blockAt(root: Block, name: string): Block | undefined {
  const value = root[name] ?? {};
  return isBlock(value) ? value : undefined;
}

function parse(body: Buffer): Block | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return isBlock(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isBlock(value: unknown): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
