import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { addresses } from './addresses.ts';

it('npm start says the addresses that its configuration has', () => {
  const config = parse(readFileSync(new URL('../config/sluis.yaml', import.meta.url), 'utf8'));
  const { origin, upstream } = config.apps.post;
  expect({ app: origin, portal: config.realms.gemeente.portal, upstream }).toEqual(addresses);
  expect(config.listen.port).toBe(Number(new URL(addresses.app).port));
});
