// Asks the browser for a passkey or security key, and sends what it signed with the form of the page. The server hands
// in what to ask, and says everything that people read.
const part = document.querySelector('[data-webauthn]');
const form = part === null ? null : part.closest('form');
let asking = false;

const toBytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), one => one.charCodeAt(0));
const toText = buffer =>
  btoa(Array.from(new Uint8Array(buffer), byte => String.fromCharCode(byte)).join(''))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
const withBytes = keys => (keys ?? []).map(key => ({ ...key, id: toBytes(key.id) }));

// Browsers from before 2025 know neither of the two.
function parse(creates, options) {
  if (creates) {
    if (PublicKeyCredential.parseCreationOptionsFromJSON !== undefined)
      return PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    };
  }
  if (PublicKeyCredential.parseRequestOptionsFromJSON !== undefined)
    return PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: withBytes(options.allowCredentials),
  };
}

function written(key) {
  if (key.toJSON !== undefined) return key.toJSON();
  const { response } = key;
  const parts = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
  const found = parts.filter(name => response[name] !== undefined && response[name] !== null);
  return {
    id: key.id,
    rawId: toText(key.rawId),
    type: key.type,
    authenticatorAttachment: key.authenticatorAttachment,
    response: {
      ...Object.fromEntries(found.map(name => [name, toText(response[name])])),
      ...(response.getTransports === undefined ? {} : { transports: response.getTransports() }),
    },
    clientExtensionResults: key.getClientExtensionResults(),
  };
}

async function ask() {
  if (window.PublicKeyCredential === undefined) return 'error:NotSupportedError';
  const creates = part.dataset.webauthn === 'create';
  try {
    const publicKey = parse(creates, JSON.parse(part.dataset.options));
    const key = await (creates
      ? navigator.credentials.create({ publicKey })
      : navigator.credentials.get({ publicKey }));
    const { id, rawId, type, authenticatorAttachment, response, clientExtensionResults } = written(key);
    const { clientDataJSON, attestationObject, authenticatorData, signature, userHandle, transports } = response;
    const needed = creates
      ? { clientDataJSON, attestationObject, transports }
      : { clientDataJSON, authenticatorData, signature, userHandle };
    // Where trust is for built-in passkeys only, the server asks for what the browser says of that.
    return JSON.stringify({ id, rawId, type, authenticatorAttachment, response: needed, clientExtensionResults });
  } catch (error) {
    return `error:${error.name}`;
  }
}

form?.addEventListener('submit', async event => {
  event.preventDefault();
  if (asking) return;
  asking = true;
  // What is missing in the form is for the server to say; no key is asked for before.
  part.querySelector('input').value = form.checkValidity() ? await ask() : '';
  form.submit();
});
