import ipaddr from 'ipaddr.js';
import { isLoopbackAddress } from './address.ts';
import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';

/** The management listener is for machines near by, and has a port of its own. */
export function checkManagement({ management, listen }: Parts, findings: Findings): void {
  if (management === undefined) return;
  const { address, port } = management;
  const taken = [
    { key: 'listen.port', place: listen },
    { key: 'listen.redirect.port', place: listen?.redirect },
  ].find(({ place }) => place?.port === port && meet(place.address, address));
  if (taken !== undefined)
    findings.error(['management', 'port'], {
      found: `${port}, the port of ${taken.key}`,
      expected: 'a port of its own: what is asked there is not for people',
    });
  if (isNear(address)) return;
  findings.warn(['management', 'address'], {
    found: JSON.stringify(address),
    expected: '127.0.0.1, or an address that only your own machines reach',
    hint: 'it says whether Sluis and its store work: nobody outside needs to know. Let a firewall admit your balancers only',
  });
}

/** Every address of a machine takes the port of each one. */
function meet(a: string, b: string): boolean {
  return a === b || isEvery(a) || isEvery(b);
}

function isEvery(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unspecified';
}

function isNear(address: string): boolean {
  if (isLoopbackAddress(address)) return true;
  return ipaddr.isValid(address) && ['private', 'uniqueLocal', 'linkLocal'].includes(ipaddr.process(address).range());
}
