import type { Preset } from './preset.ts';

/**
 * Roundcube 1.6 as Debian packages it, at the root of its host. Everything here was seen on the wire.
 * Not public on purpose: skin templates, `*.json`, `*.dist`, maps, and any path through `index.php/`, which runs PHP.
 */
export const roundcube: Preset = {
  name: 'roundcube',
  title: 'Roundcube',
  folding: 'php',
  login: {
    page: '/?_task=login',
    // `_err` only chooses the "session ended" message; `_url` and `_lang` are left out: the visit keeps the target.
    pages: [{ path: '/', query: { _task: /^login$/, _err: /^session$/ } }],
  },
  assets: [
    { path: '/skins/elastic/', query: ['s'] },
    { path: '/plugins/jqueryui/js/', query: ['s'] },
    { path: '/plugins/jqueryui/themes/', query: ['s'] },
    { path: '/program/js/', query: ['s'] },
  ],
  signIn: {
    path: '/',
    query: { _task: /^login$/ },
    mediaType: 'application/x-www-form-urlencoded',
    fields: {
      _token: { role: 'free', pattern: /^[A-Za-z0-9]{1,64}$/ },
      _task: { role: 'fixed', value: 'login' },
      _action: { role: 'fixed', value: 'login' },
      _timezone: { role: 'free', pattern: /^[A-Za-z0-9_+/:-]{0,64}$/, optional: true },
      // Where Roundcube goes next, with a request token added. Reading pages only: with `_task=logout` or another
      // action a crafted link would make the person act with that token.
      _url: {
        role: 'free',
        pattern:
          /^(?:_task=(?:login|mail|addressbook|settings)(?:&(?:_err=session|_action=(?:show|compose)|_mbox=[A-Za-z0-9._%+/-]{1,300}|_uid=[0-9]{1,10}|_page=[0-9]{1,6}))*)?$/,
        optional: true,
      },
      _user: { role: 'user' },
      _pass: { role: 'password' },
    },
  },
  // `-del-` comes first on success too; the last Set-Cookie decides.
  proof: { cookie: /^roundcube_sessauth$/, not: ['-del-', ''] },
  failure: { status: 401, proofRemoved: true },
  // The smallest page that names the account whatever the mailbox holds. Roundcube shows the account's name where it
  // has an `@` (so with `username_domain`), else the address of the default identity, which its owner can change:
  // then a person whose identity differs from her name is refused, and nobody becomes somebody else, for the name
  // typed must be the same.
  whoami: {
    from: 'request',
    path: '/?_task=mail',
    body: /<span class="header-title username">\s*([^<>&"\s]{1,254})\s*<\/span>/,
  },
  // A token is wanted, so there is no request of ours; without it the answer removes nothing and is no sign-out.
  // It destroys the session on the server and goes on under the same id: the form it answers with is of that one.
  signOut: { requests: [{ path: '/', parameters: { _task: 'logout' } }], keeps: ['roundcube_sessid'] },
  // The login form with 200 and no Set-Cookie at all. Its pages have Content-Language, and Referrer-Policy is sent on
  // every answer to somebody who is signed in and to nobody else; files and attachments lack the first.
  signedOutAnswer: {
    status: 200,
    headers: { 'content-type': /^text\/html\b.*$/i, 'content-language': /^.+$/, 'referrer-policy': 'absent' },
  },
  // `session_error` saves a message being written in the browser's storage; elsewhere it goes to the login page after 2 s.
  scriptSignedOut: {
    status: 200,
    type: 'application/json; charset=UTF-8',
    body: JSON.stringify({
      action: '',
      exec:
        'this.display_message("U bent niet meer aangemeld. Meld u opnieuw aan. Wat u schreef, is in deze browser bewaard. / You are signed out. Please sign in again. What you wrote is kept in this browser.","error",-1000);\n' +
        'this.session_error("/?_task=login&_err=session");\n',
    }),
  },
  idle: [{ path: '/', parameters: { _action: /^(?:refresh|keep-alive|check-recent)$/ } }],
  // Set by the skin's own script; the server does not read it.
  readable: ['colorMode'],
  // No form of Roundcube or its packaged plugins posts `_user` and `_pass` together inside a session.
  credentialPaths: [],
  // The password plugin: status 200 whatever came of it, and a message whose kind is the same in every language. A form
  // whose token is old gets a page without a message, which counts as a change.
  passwordChange: {
    path: '/*',
    fields: ['_newpasswd'],
    changed: { status: 200, body: /\bdisplay_message\("(?:[^"\\\n]|\\.)*","confirmation"/ },
    refused: { status: 200, body: /\bdisplay_message\("(?:[^"\\\n]|\\.)*","(?:error|warning)"/ },
  },
  closed: [],
  // `sessauth` is renewed every few minutes beside an unchanged session id.
  rotation: { by: 'same-session-cookie', cookie: 'roundcube_sessid' },
  // `_token` is of the PHP session, which a new sign-in makes anew.
  formTokenSurvives: false,
  landing: '/?_task=mail',
  // `login_rate_limit`, as delivered: 3 in a minute, then even the right password is refused.
  limiter: { failures: 3, window: 60_000 },
  serviceWorker: false,
};
