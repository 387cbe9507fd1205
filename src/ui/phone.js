// The page of a phone that approves. It keeps a key that cannot leave this browser, signs everything that it sends with it, and
// shows what waits. All texts are the server's: parts of the page are shown and hidden.
const root = document.querySelector('[data-phone]');
const folder = root.dataset.phone;
const one = name => root.querySelector(`[data-part="${name}"]`);
const list = one('asks');
let me;
let ahead = 0;
let looking;
/** Counts what she does: what was asked for before and comes after it, tells of something that is over. */
let turn = 0;
/** How often nothing waited, in a row: a page that stays open all day asks less often. */
let quiet = 0;
/** The link that is being set up: until then nobody knows this phone. */
let joining = false;

const toText = buffer =>
  btoa(Array.from(new Uint8Array(buffer), byte => String.fromCharCode(byte)).join(''))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
const toBytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), sign => sign.charCodeAt(0));

function show(...names) {
  for (const part of root.querySelectorAll('[data-part]')) part.hidden = !names.includes(part.dataset.part);
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function box(mode) {
  const opening = indexedDB.open('sluis-approval', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('phone');
  return (await settled(opening)).transaction('phone', mode).objectStore('phone');
}

async function makeMe() {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const publicKey = toText(await crypto.subtle.exportKey('raw', keys.publicKey));
  const device = toText(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(publicKey)));
  const made = { privateKey: keys.privateKey, publicKey, device };
  await settled((await box('readwrite')).put(made, 'me'));
  // Kept as long as the browser lets it: what is thrown away here is a phone to set up again.
  await navigator.storage?.persist?.();
  return made;
}

async function signed(purpose, parts) {
  const text = JSON.stringify(['sluis-approval-1', purpose, location.origin, ...parts]);
  const how = { name: 'ECDSA', hash: 'SHA-256' };
  return toText(await crypto.subtle.sign(how, me.privateKey, new TextEncoder().encode(text)));
}

async function post(place, body) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${folder}${place}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    cache: 'no-store',
  });
  const said = await answer.json();
  if (typeof said.now === 'number') ahead = said.now - Date.now();
  return said;
}

/** Sends what this phone signs; once more where its clock was told to be off. */
async function say(purpose, fields) {
  for (let tries = 0; ; tries += 1) {
    const time = Date.now() + ahead;
    const signature = await signed(purpose, [me.device, String(time), ...Object.values(fields)]);
    const said = await post(purpose, { device: me.device, time, signature, ...fields });
    if (said.state !== 'stale' || tries === 2) return said;
  }
}

async function enrol(typed) {
  const signature = await signed('enrol', [typed, me.publicKey]);
  return post('enrol', { token: typed, publicKey: me.publicKey, signature });
}

async function join(typed) {
  clearTimeout(looking);
  turn += 1;
  show('loading');
  me ??= await makeMe();
  let said = await enrol(typed);
  // Its key was hers before, or somebody's who has it no more: a new one is nobody's yet.
  const free = said.state === 'other-person' && (await say('poll', {})).state === 'unknown';
  if (said.state === 'renew' || free) {
    me = await makeMe();
    said = await enrol(typed);
  }
  joining = said.state === 'joined';
  turn += 1;
  if (!joining) {
    // Said until she has read it; who has an account here goes on to that.
    const has = said.state === 'other-person' || said.state === 'link-known';
    show(said.state, has ? 'again' : 'none');
    return;
  }
  one('join').querySelector('[data-text=account]').textContent = said.account;
  one('join').querySelector('[data-text=code]').textContent = `${said.code.slice(0, 3)} ${said.code.slice(3)}`;
  show('join');
  void look();
}

const factOf = (card, name) => card.querySelector(`[data-text=${name}]`);

function cardOf(ask) {
  const card = one('ask').content.cloneNode(true).firstElementChild;
  card.dataset.ask = ask.id;
  // As pages of ours say it: plain "en" would be American, with its twelve hours.
  const { lang } = document.documentElement;
  const time = new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, { timeStyle: 'short' });
  factOf(card, 'account').textContent = ask.account;
  factOf(card, 'app').textContent = ask.title;
  if (ask.browser !== undefined) factOf(card, 'browser').textContent = ask.browser;
  factOf(card, ask.known ? 'known-no' : 'known-yes').remove();
  factOf(card, 'address').textContent = ask.source;
  factOf(card, 'time').textContent = time.format(ask.at);
  const field = card.querySelector('input');
  field.id = `number-${ask.id}`;
  card.querySelector('label').htmlFor = field.id;
  card.querySelector('form').addEventListener('submit', event => {
    event.preventDefault();
    const number = field.value.replace(/\s/g, '');
    card.querySelector('[data-text=two-digits]').hidden = /^[0-9]{2}$/.test(number);
    if (/^[0-9]{2}$/.test(number)) void answer(ask, 'approve', number);
    else field.focus();
  });
  card.querySelector('[data-fraud]').addEventListener('click', () => void answer(ask, 'fraud', ''));
  return card;
}

async function answer(ask, decision, number) {
  turn += 1;
  clearTimeout(looking);
  for (const button of list.querySelectorAll('button')) button.disabled = true;
  const { id, app, account } = ask;
  const said = await say('answer', { ask: id, decision, number, app, account }).catch(() => ({ state: 'offline' }));
  if (said.state !== 'offline') list.querySelector(`[data-ask="${id}"]`)?.remove();
  for (const button of list.querySelectorAll('button')) button.disabled = false;
  turn += 1;
  const left = list.children.length > 0 ? ['asks'] : ['again'];
  show(said.state === 'unknown' || said.state === 'stale' ? 'gone' : said.state, ...left);
  one(said.state)?.focus?.();
  later(2000);
}

/** What waits, in place of what was shown; a card in which she types stays as it is. */
function showAsks(asks) {
  const now = new Set(asks.map(({ id }) => id));
  for (const card of [...list.children]) if (!now.has(card.dataset.ask)) card.remove();
  const there = new Set([...list.children].map(card => card.dataset.ask));
  for (const ask of asks) if (!there.has(ask.id)) list.append(cardOf(ask));
  return there.size < now.size;
}

async function look() {
  clearTimeout(looking);
  if (me === undefined || document.hidden) return;
  const mine = turn;
  const said = await say('poll', {}).catch(() => undefined);
  if (mine !== turn) return;
  if (said === undefined) {
    show('offline');
  } else if (said.state === 'unknown' && !joining) {
    show('removed', 'none');
    return;
  } else if (said.state === 'ready') {
    joining = false;
    for (const place of root.querySelectorAll('[data-part=ready] [data-text=account]'))
      place.textContent = said.account;
    const fresh = showAsks(said.asks);
    const outcome = ['approved', 'wrong', 'reported', 'gone'].filter(name => one(name).hidden === false);
    if (said.asks.length > 0) show('asks', ...(fresh ? [] : outcome));
    else if (outcome.length === 0) show('ready', pushPart(said.push));
    else show(...outcome, 'again');
  }
  quiet = said?.asks?.length > 0 ? 0 : quiet + 1;
  later(quiet < 150 ? 2000 : 10_000);
}

function later(time) {
  clearTimeout(looking);
  looking = setTimeout(look, time);
}

let subscribed = 'off';
let pushKey;

function pushPart(key) {
  pushKey = key;
  if (key === undefined) return '';
  const can = 'PushManager' in window && 'Notification' in window;
  if (!can || Notification.permission === 'denied' || subscribed === 'failed') return 'push-failed';
  if (subscribed === 'on') return 'push-on';
  if (Notification.permission === 'granted') void subscribe();
  return subscribed === 'off' ? 'push' : '';
}

async function subscribe() {
  if (subscribed === 'busy') return;
  subscribed = 'busy';
  try {
    if ((await Notification.requestPermission()) !== 'granted') throw new Error('no permission');
    const { pushManager } = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: toBytes(pushKey) };
    // Of a key that is no longer ours nothing comes, and a browser keeps to the first.
    const before = await pushManager.getSubscription();
    if (before !== null && toText(before.options.applicationServerKey) !== pushKey) await before.unsubscribe();
    const { endpoint, keys } = (await pushManager.subscribe(options)).toJSON();
    const said = await say('subscribe', { endpoint, p256dh: keys.p256dh, auth: keys.auth });
    subscribed = said.state === 'subscribed' ? 'on' : 'failed';
  } catch {
    subscribed = 'failed';
  }
  void look();
}

async function begin() {
  if (globalThis.indexedDB === undefined || crypto.subtle === undefined) return show('unsupported');
  navigator.serviceWorker?.register(`${folder}worker.js`, { scope: folder }).catch(() => undefined);
  navigator.serviceWorker?.addEventListener('message', () => void look());
  one('push').querySelector('button').addEventListener('click', subscribe);
  for (const button of root.querySelectorAll('[data-again]'))
    button.addEventListener('click', () => {
      show('ready');
      void look();
    });
  one('none')
    .querySelector('form')
    .addEventListener('submit', event => {
      event.preventDefault();
      join(one('none').querySelector('input').value).catch(() => show('offline', 'none'));
    });
  document.addEventListener('visibilitychange', () => void look());
  window.addEventListener('hashchange', fromLink);
  me = await settled((await box('readonly')).get('me'));
  if (await fromLink()) return;
  if (me === undefined) show('none');
  void look();
}

/** The link of the picture: its code stands behind the #, which no server and no log sees. */
async function fromLink() {
  const typed = decodeURIComponent(location.hash.slice(1));
  if (typed === '') return false;
  history.replaceState(null, '', location.pathname);
  await join(typed).catch(() => show('offline', 'none'));
  return true;
}

begin().catch(() => show('unsupported'));
