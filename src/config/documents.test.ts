import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { issue } from '../../test/support/certificates.ts';
import { documentsOf } from '../../tools/check-docs.ts';
import { genericPreset } from '../preset/generic.ts';
import { presets as named } from '../preset/registry.ts';
import { loadSettings } from './load.ts';
import { formatProblems } from './problem.ts';

const root = join(import.meta.dirname, '..', '..');
const presets = { named, generic: genericPreset };

const desk = { place: 'kamer 0.12', hours: '9 - 17', phone: '14 012' };

// What the pieces in the documents stand in: the apps and the realm that they name.
const around = {
  version: 1,
  data: './data',
  listen: { address: '127.0.0.1', port: 8080, balancers: ['127.0.0.1'] },
  realms: {
    gemeente: realmAt('sluis'),
    kennis: realmAt('sluis.kennis'),
    raad: realmAt('sluis.raad'),
  },
  apps: {
    webmail: appOf('webmail', 'roundcube', 'gemeente'),
    wiki: appOf('wiki', 'dokuwiki', 'gemeente'),
    stukken: appOf('stukken.raad', 'dokuwiki', 'raad'),
  },
};

function realmAt(name: string): object {
  const firstFactor = 'activation-code';
  return {
    title: 'Gemeente',
    portal: `https://${name}.gemeente.nl`,
    domains: [`${name}.gemeente.nl`],
    firstFactor,
    desk,
  };
}

function appOf(name: string, preset: string, realm: string): object {
  const limiter = { failures: 10, window: '1m' };
  const origin = `https://${name}.gemeente.nl`;
  return { title: name, origin, upstream: 'http://127.0.0.1:9001', preset, realm, level: 2, limiter };
}

/** What a section needs that stands in another place of the guide. */
const beside: Record<string, object> = {
  reset: {
    console: { origin: 'https://beheer.gemeente.nl' },
    mail: { host: 'mail.gemeente.nl', from: 'a@gemeente.nl' },
  },
  factors: {
    levels: { acceptLevel1: { reason: 'Raadsleden lezen hier stukken die openbaar zijn' } },
    apps: { stukken: { level: 1 }, wiki: { realm: 'kennis', origin: 'https://wiki.kennis.gemeente.nl' } },
    mail: { host: 'mail.gemeente.nl', from: 'a@gemeente.nl' },
  },
};

interface Piece {
  readonly place: string;
  readonly text: string;
}

/** Each block of YAML, without the indent of the list that it stands in. */
function piecesOf(file: string): Piece[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```/gm)].map(({ 2: block = '', index }) => {
    const lines = block.split('\n');
    const indent = Math.min(...lines.filter(line => line.trim() !== '').map(line => line.search(/\S/)));
    const place = `${file}:${text.slice(0, index).split('\n').length + 1}`;
    return { place, text: lines.map(line => line.slice(indent)).join('\n') };
  });
}

type Tree = { [key: string]: unknown };
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

function merged(below: Tree, above: Tree): Tree {
  const result = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = result[key];
    result[key] = isTree(old) && isTree(value) ? merged(old, value) : value;
  }
  return result;
}

const top = new Set(
  Object.keys(
    (JSON.parse(readFileSync(join(root, 'config/sluis.schema.json'), 'utf8')) as { properties: object }).properties,
  ),
);

/** A piece of a realm, of an app, or of the whole. */
function inPlace(piece: Tree): Tree {
  const [key = ''] = Object.keys(piece);
  if (top.has(key)) return piece;
  return key === 'limiter' ? { apps: { webmail: piece } } : { realms: { gemeente: piece } };
}

const pieces = documentsOf(root).flatMap(piecesOf);
const ours = pieces.filter(({ text }) => !text.startsWith('scrape_configs:'));

const authority = issue({ name: { CN: 'Test CA' }, ca: true }).pem;
// Keys and tokens of hardware: what this release reaches.
const highestLevel = 4;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluis-documents-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As it stands in the document, but for its files, which are made in our folder, and what it leaves out (`…, `). */
function loaded(text: string) {
  const local = text.replaceAll('…, ', '').replaceAll(/\/etc\/sluis\/(?:tls\/)?([\w.-]+)/g, (_path, name: string) => {
    writeFileSync(join(folder, name), name.endsWith('-ca.pem') ? authority : 'x');
    return `./${name}`;
  });
  const tree = inPlace(parse(local) as Tree);
  const needed = Object.keys(tree).reduce((all, key) => merged(all, { ...beside[key] }), around as Tree);
  return loadSettings(JSON.stringify(merged(needed, tree)), { folder, presets, highestLevel });
}

describe('each piece of configuration in the documents', () => {
  it('is found', () => {
    expect(ours.length).toBeGreaterThan(15);
  });

  it.each(ours.map(piece => [piece.place, piece.text]))('%s is taken', (place, text) => {
    const result = loaded(text);
    if (!result.ok) throw new Error(formatProblems(result.problems, place));
    expect(result.ok).toBe(true);
  });
});
