import { accessRoutes } from './access.ts';
import { auditRoutes } from './audit.ts';
import { configurationRoutes } from './configuration.ts';
import { deskCodeRoutes } from './desk-code.ts';
import { inviteRoutes } from './invite.ts';
import { operatorRoutes } from './operators.ts';
import { peopleFileRoute, peopleRoute } from './people.ts';
import { personRoutes } from './person.ts';
import { personalDataRoutes } from './personal-data.ts';
import { deskRoutes } from './reset-acts.tsx';
import { caseRoute, casesRoute, fileCaseRoute, newCaseRoute } from './reset-cases.ts';
import type { ConsoleRoute, Place } from './route.ts';
import { signOutRoute } from './sign-out.ts';
import { todayRoute } from './today.ts';
import { tokenRoutes } from './tokens.ts';

/** What the navigation shows, in this order, to whose role may see it. */
export const places: readonly Place[] = [
  { path: '/', title: 'console.today', act: 'see-today' },
  { path: '/people', title: 'console.people', act: 'see-people' },
  { path: '/cases', title: 'console.reset', act: 'see-cases' },
  { path: '/tokens', title: 'console.tokens', act: 'see-tokens' },
  { path: '/access', title: 'console.nav.access', act: 'see-access' },
  { path: '/signals', title: 'console.signals', act: 'see-signals' },
  { path: '/audit', title: 'console.audit', act: 'see-audit' },
  { path: '/configuration', title: 'console.configuration', act: 'see-configuration' },
  { path: '/operators', title: 'console.nav.operators', act: 'see-operators' },
];

/** Every page and form of the console but those of the sign-in. */
export const routes: readonly ConsoleRoute[] = [
  todayRoute,
  signOutRoute,
  peopleRoute,
  peopleFileRoute,
  ...personRoutes,
  ...deskCodeRoutes,
  ...personalDataRoutes,
  ...inviteRoutes,
  ...tokenRoutes,
  ...operatorRoutes,
  casesRoute,
  newCaseRoute,
  fileCaseRoute,
  caseRoute,
  ...deskRoutes,
  ...accessRoutes,
  ...auditRoutes,
  ...configurationRoutes,
];
