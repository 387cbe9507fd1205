// A password manager in little, with the rules that the known ones have made public: an item belongs to a registrable
// domain; a name is the field marked `username`, else the text field before the password; a code goes into the field
// marked `one-time-code`, from the item of the name that the page shows; keys are taken from `otpauth:` links.
const domain = location.hostname.split('.').slice(-2).join('.');
const passwordField = document.querySelector('input[type=password]:not([autocomplete=new-password])');
const codeField = document.querySelector('input[autocomplete~="one-time-code"]');
const nameField = document.querySelector('input[autocomplete~="username"]') ?? textBefore(passwordField);
const keyLink = document.querySelector('a[href^="otpauth://totp/"]');

void begin();

async function begin() {
  const items = (await chrome.storage.local.get(domain))[domain] ?? {};
  if (passwordField !== null) watchLogin(items);
  else if (keyLink !== null) await saveKey(items);
  else if (codeField !== null) await fillCode(items[nameField?.value ?? '']);
  document.documentElement.dataset.filler = 'ready';
}

function watchLogin(items) {
  const names = Object.keys(items);
  if (names.length === 1) fill(nameField, names[0]);
  const use = () => {
    const item = items[nameField.value];
    if (item !== undefined) fill(passwordField, item.password);
  };
  use();
  nameField.addEventListener('change', use);
  passwordField.form.addEventListener('submit', () => {
    const item = { ...items[nameField.value], password: passwordField.value };
    void chrome.storage.local.set({ [domain]: { ...items, [nameField.value]: item } });
  });
}

async function saveKey(items) {
  const key = new URL(keyLink.href).searchParams.get('secret');
  await chrome.storage.local.set({ [domain]: { ...items, [nameField.value]: { ...items[nameField.value], key } } });
}

async function fillCode(item) {
  if (item?.key !== undefined) fill(codeField, await codeOf(item.key));
}

function fill(field, value) {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, value);
  for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
}

function textBefore(field) {
  const all = Array.from(field?.form?.elements ?? []).filter(one => ['text', 'email', 'password'].includes(one.type));
  return all[all.indexOf(field) - 1] ?? null;
}

async function codeOf(key) {
  const bits = Array.from(key, letter =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const bytes = (bits.join('').match(/.{8}/g) ?? []).map(byte => Number.parseInt(byte, 2));
  const hmac = { name: 'HMAC', hash: 'SHA-1' };
  const imported = await crypto.subtle.importKey('raw', new Uint8Array(bytes), hmac, false, ['sign']);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(Date.now() / 30_000)));
  const mac = new DataView(await crypto.subtle.sign('HMAC', imported, counter.buffer));
  return String((mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
