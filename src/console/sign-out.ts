import { browserCookie, sessionCookie } from './cookies.ts';
import type { FormRoute } from './route.ts';

/** Ends this session, and nothing else: no sign-in of the same operator elsewhere. */
export const signOutRoute: FormRoute = {
  method: 'POST',
  path: '/sign-out',
  act: 'sign-out',
  back: () => '/sign-in',
  about: () => '',
  submit: async ({ c, deps, view, session }) => {
    await deps.sessions.end(session.id);
    view.dropCookie(c, sessionCookie);
    view.dropCookie(c, browserCookie);
    // Not the storage: on the portal's host the key of a phone that approves may be in it, and the console keeps nothing there.
    c.header('clear-site-data', '"cache"');
    return { go: '/sign-in' };
  },
};
