import type { Problem } from './problem.ts';
import type { Path, Source } from './source.ts';

/**
 * Names under which products of this kind let a network, a header or a user agent lower what is demanded. Here no
 * such setting exists (R05); who tries one is told why, instead of only that the key is unknown.
 */
const refusedNames = [
  /bypass|whitelist|allowlist|safelist|passlist|greenlist/,
  /exempt/,
  /^(skip|exclude|ignore|except|without|disable|no|not)(all)?(mfa|2fa|otp|totp|auth|factor|second|level|challenge|ip|net|cidr|range|host|subnet|header|agent|browser|country|location|from|for)/,
  /^(allow|permit|trust|trusted|internal|safe|known|office|local|lan|intranet|private|vpn|corporate)(ed)?(ip|net|cidr|range|subnet|header|agent|useragent|location|countr|client|source|host|address|zone|browser)/,
  /(mfa|2fa|factor|auth|level|demand)(off|optional|exceptions?|disabled|notrequired)/,
  /^(from|source|client|remote)?(networks?|subnets?|cidrs?|ipranges?|useragents?|geo|countries)$/,
  /^(networks?|ip|header|useragent|geo)(rules?|policy|policies|levels?|conditions?)$/,
];

export function isRefusedName(key: string): boolean {
  const plain = key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return refusedNames.some(name => name.test(plain));
}

/** Every key, however deep, that would lower a demand; names that the operator gives (apps, realms, groups, classes, form fields) are no settings. */
export function refusedKeys(source: Source): Problem[] {
  const problems: Problem[] = [];
  const walk = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      const here = [...path, Array.isArray(value) ? Number(key) : key];
      if (!Array.isArray(value) && !isGivenName(path) && isRefusedName(key)) problems.push(refusal(source, here));
      else walk(child, here);
    }
  };
  walk(source.value, []);
  return problems;
}

const givenNames = ['apps', 'realms', 'parameters', 'otherFields', 'actionQuery', 'levelFor'];

function isGivenName(path: Path): boolean {
  const last = path.at(-1);
  if (path.length === 1) return last === 'apps' || last === 'realms' || last === 'classes';
  // What a gateway for messages calls its fields.
  if (path[0] === 'factors') return path.length > 2;
  if (path[0] === 'realms') return path.length === 3 && last === 'groups';
  return path.length > 2 && path[0] === 'apps' && givenNames.slice(2).some(name => name === last);
}

function refusal(source: Source, path: Path): Problem {
  return {
    path: path.join('.'),
    line: source.line(path),
    found: `the setting ${String(path.at(-1))}`,
    expected:
      'no such setting: where somebody is, what a header says or which browser is named never lowers what is demanded (R05). An office network holds stolen passwords and infected machines too, and headers are for anyone to write',
    hint: 'remove it; to ask for less often, see session.idle and session.absolute',
  };
}
