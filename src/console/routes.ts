import type { ConsoleRoute, Place } from './route.ts';
import { signOutRoute } from './sign-out.ts';
import { todayRoute } from './today.ts';

/** What the navigation shows, in this order, to whose role may see it. */
export const places: readonly Place[] = [{ path: '/', title: 'console.today', act: 'see-today' }];

/** Every page and form of the console but those of the sign-in. */
export const routes: readonly ConsoleRoute[] = [todayRoute, signOutRoute];
