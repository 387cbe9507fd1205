import type { Preset } from './preset.ts';

/** Gemeentepost, the bundled demo app (demo/). */
export const demo: Preset = {
  name: 'demo',
  title: 'Gemeentepost',
  folding: 'none',
  login: { page: '/login', pages: [{ path: '/login', query: {} }] },
  assets: [{ path: '/opmaak/' }],
  signIn: {
    path: '/login',
    query: {},
    mediaType: 'application/x-www-form-urlencoded',
    fields: {
      formtoken: { role: 'free', pattern: /^[A-Za-z0-9_-]{22}$/ },
      gebruiker: { role: 'user' },
      wachtwoord: { role: 'password' },
      // A path of its own; two slashes would name another host.
      terug: { role: 'free', pattern: /^(?:\/(?!\/)[A-Za-z0-9/?=&._-]{0,200})?$/, optional: true },
    },
  },
  proof: { cookie: /^GPAUTH$/, not: ['weg', ''] },
  failure: { status: 401, proofRemoved: true },
  whoami: { from: 'request', path: '/wie', body: /<strong id="wie">([^<>&"\s]{1,64})<\/strong>/ },
  signOut: { requests: [{ path: '/uit' }], path: '/uit' },
  signedOutAnswer: { status: 303, location: /^\/login(?:\?.*)?$/ },
  scriptSignedOut: { status: 401, type: 'application/json; charset=utf-8', body: '{"fout":"afgemeld"}' },
  idle: [{ path: '/api/nieuw' }],
  // The size of the letters, read by its script.
  readable: ['GPTEKST'],
  // Fetching mail from another mailbox asks for the name and password of that one.
  credentialPaths: [{ methods: ['POST'], path: '/ophalen' }],
  passwordChange: {
    path: '/wachtwoord',
    fields: ['nieuw'],
    changed: { status: 303, location: /^\/wachtwoord\?gewijzigd$/ },
    refused: { status: 422 },
  },
  closed: [],
  rotation: { by: 'none' },
  formTokenSurvives: false,
  landing: '/postvak',
  limiter: { failures: 10, window: 600_000 },
  serviceWorker: false,
};
