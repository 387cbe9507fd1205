import type { Preset } from './preset.ts';

/** A page id as DokuWiki writes it: names between colons. */
const pageId = /^[A-Za-z0-9_:.-]{1,200}$/;

/** Pictures only: what does not exist below `/lib/tpl/` falls through to doku.php under some web servers. */
const picture = /^(?:[A-Za-z0-9_-]+\/){0,4}[A-Za-z0-9_.-]+\.(?:png|gif|jpg|svg|ico)$/;

/**
 * DokuWiki 2022-07-31 and later, at the root of its host, without rewritten URLs. It takes a name and a password on
 * nearly every address and in HTTP Basic and XML-RPC; all of those stay closed because only what is named here is open.
 * Pages that the wiki shows to everybody are closed too: open them by a route.
 */
export const dokuwiki: Preset = {
  name: 'dokuwiki',
  title: 'DokuWiki',
  folding: 'php',
  login: {
    page: '/doku.php?id=start&do=login',
    // Without `do=login` the same address shows the page itself.
    pages: [{ path: '/doku.php', query: { id: /^start$/, do: /^login$/, sectok: /^$/ }, required: ['id', 'do'] }],
  },
  assets: [
    { path: '/lib/exe/css.php', query: ['t', 'tseed'] },
    { path: '/lib/exe/js.php', query: ['t', 'tseed'] },
    { path: '/lib/exe/jquery.php', query: ['tseed'] },
    { path: '/lib/tpl/', file: picture },
    { path: '/lib/images/', file: picture },
  ],
  signIn: {
    path: '/doku.php',
    query: { id: pageId },
    mediaType: 'application/x-www-form-urlencoded',
    fields: {
      // Empty for everybody who is not signed in.
      sectok: { role: 'fixed', value: '', optional: true },
      id: { role: 'free', pattern: pageId, optional: true },
      do: { role: 'fixed', value: 'login' },
      u: { role: 'user' },
      p: { role: 'password' },
      // "Remember me": the cookie alone signs in for a year. It stays sealed in the session, which ends earlier.
      r: { role: 'fixed', value: '1', optional: true },
    },
  },
  proof: { cookie: /^DW[0-9a-f]{32}$/, not: ['deleted', ''] },
  failure: { status: 403, proofRemoved: true },
  // base64(name)|sticky|base64(cipher), percent-encoded. The padding is left out of the group: a decoder would read
  // the letters of `%3D`. Names in the default alphabet never give `+` or `/`; others do not match and are refused.
  whoami: {
    from: 'cookie',
    value: /^([A-Za-z0-9]+)(?:%3D|=){0,2}(?:%7C|\|)[01](?:%7C|\|)[A-Za-z0-9%+/=]*$/,
    decode: 'base64',
  },
  // It wants its `sectok`, which only its own pages know; without it nothing is removed.
  signOut: { requests: [{ path: '/*', parameters: { do: 'logout' } }] },
  // Every answer to somebody who is not signed in removes the proof, which counts always.
  signedOutAnswer: undefined,
  scriptSignedOut: undefined,
  idle: [{ path: '/lib/exe/taskrunner.php' }],
  // Preferences of its scripts, read by the server too.
  readable: ['DOKU_PREFS'],
  credentialPaths: [],
  // The profile form, or what stands in for it: 200 whatever came of it. The proof is no sign: it is sent again after any
  // change of a profile. Where it fails the form itself comes back.
  passwordChange: {
    path: '/*',
    fields: ['newpass'],
    changed: { status: 200, body: /<div class="success">/ },
    refused: { status: 200, body: /<form id="dw__register"|<div class="error">/ },
  },
  // Both sign in with a name and a password alone.
  closed: [{ path: '/lib/exe/xmlrpc.php*' }, { path: '/lib/exe/jsonrpc.php*' }],
  // The proof is sent again when the address or the browser changes; it names the account.
  rotation: { by: 'names-account' },
  // `sectok` is made of the PHP session's id.
  formTokenSurvives: false,
  landing: '/doku.php?id=start',
  // DokuWiki has no limit of its own: this one is ours.
  limiter: { failures: 10, window: 600_000 },
  serviceWorker: false,
};
