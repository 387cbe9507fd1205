import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';

/** The desk works at the console, and tells people by mail: without either it could not do what it must (R34, R35). */
export function checkReset({ reset, console, mail, realms }: Parts, findings: Findings): void {
  if (reset === undefined) return;
  if (console === undefined)
    findings.error(['reset'], {
      found: 'a reset desk without a console',
      expected: 'console beside it: clerks work there',
    });
  if (mail === undefined)
    findings.error(['reset'], {
      found: 'a reset desk without mail',
      expected: 'mail beside it: requesters are asked by mail, and they and the user are told when it is done',
    });
  const visits = Object.values(reset.methods).some(({ visit }) => visit);
  if (!visits)
    findings.warn(['reset', 'methods'], {
      found: 'no method with visit: true',
      expected: 'one, or nobody who used a key of level 4 can be helped',
    });
  if (reset.authservId !== undefined && realms.size > 1)
    findings.warn(['reset', 'authservId'], {
      found: 'requests by mail, and several realms',
      expected: 'one realm: a mail does not say which one it means, so none is taken in',
    });
}
