import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { themeOnRoot, trimStylesheet } from './stylesheet.ts';

/** A file that pages link to. `name` holds a hash of its bytes, so that it may be cached for a year. */
export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly body: Buffer;
}

/** File names without a folder; a page puts the folder of its own host before them. */
export interface AssetNames {
  readonly style: string;
  readonly help: string;
  /** Only on the pages of the console. */
  readonly console: string;
  readonly script: string;
  /** Only on the pages that ask for a key. */
  readonly keys: string;
  /** Of approval on a phone: on the computer that waits, on the phone, and what the phone runs while its page is closed. */
  readonly approval: string;
  readonly phone: string;
  readonly phoneWorker: string;
  /** PNG of 192 and 512 pixels, for home screens. */
  readonly icons: { readonly small: string; readonly large: string };
  readonly mark: string;
  readonly theme: string | undefined;
  readonly logo: string | undefined;
}

export interface Assets {
  readonly names: AssetNames;
  /** The asset with exactly this name; undefined for anything else. */
  find(name: string): Asset | undefined;
}

/** Headers for an asset: cached for good, never sniffed. `private` would only make shared caches slower. */
export const assetHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; sandbox",
};

/** The look of one realm, read once at start. Rejects nothing: an unreadable file throws the error of the file system. */
export function loadAssets(theme: { readonly css: string | undefined; readonly logo: string | undefined }): Assets {
  const style = asset('style.css', Buffer.from(baseStyle()));
  const help = asset('help.css', own('help.css'));
  const wide = asset('console.css', own('console.css'));
  const script = asset('enhance.js', own('enhance.js'));
  const keys = asset('keys.js', own('keys.js'));
  const approval = asset('approval.js', own('approval.js'));
  const phone = asset('phone.js', own('phone.js'));
  const phoneWorker = asset('phone-worker.js', own('phone-worker.js'));
  const [small, large] = [asset('icon-192.png', own('icon-192.png')), asset('icon-512.png', own('icon-512.png'))];
  const mark = asset('mark.svg', own('mark.svg'));
  const themed = theme.css === undefined ? undefined : asset('theme.css', Buffer.from(themeOnRoot(text(theme.css))));
  const logo =
    theme.logo === undefined ? undefined : asset(`logo${extname(theme.logo).toLowerCase()}`, readFileSync(theme.logo));
  const all = [style, help, wide, script, keys, approval, phone, phoneWorker, small, large, mark, themed, logo].filter(
    found => found !== undefined,
  );
  const byName = new Map(all.map(found => [found.name, found]));
  return {
    names: {
      style: style.name,
      help: help.name,
      console: wide.name,
      script: script.name,
      keys: keys.name,
      approval: approval.name,
      phone: phone.name,
      phoneWorker: phoneWorker.name,
      icons: { small: small.name, large: large.name },
      mark: mark.name,
      theme: themed?.name,
      logo: logo?.name,
    },
    find: name => byName.get(name),
  };
}

/** Components of the library that the pages use. */
const components = [
  'alert',
  'button',
  'button-group',
  'code',
  'document',
  'form-field',
  'form-field-description',
  'form-field-error-message',
  'form-label',
  'heading-1',
  'heading-2',
  'link',
  'ordered-list',
  'paragraph',
  'skip-link',
  'textbox',
  'unordered-list',
];

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
};

function baseStyle(): string {
  const require = createRequire(import.meta.url);
  const library = text(require.resolve('@utrecht/component-library-css/dist/index.css'));
  const tokens = text(require.resolve('@nl-design-system-unstable/voorbeeld-design-tokens/dist/theme.css'));
  return trimStylesheet(library, tokens, own('style.css').toString('utf8'), components);
}

function asset(file: string, body: Buffer): Asset {
  const ending = extname(file);
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return {
    name: `${file.slice(0, file.length - ending.length)}.${hash}${ending}`,
    type: types[ending] ?? 'application/octet-stream',
    body,
  };
}

function own(file: string): Buffer {
  return readFileSync(new URL(`./${file}`, import.meta.url));
}

function text(path: string): string {
  return readFileSync(path, 'utf8');
}
