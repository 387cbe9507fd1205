import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { privacySuite } from '../../test/support/privacy-suite.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';

describe('on SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-privacy-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let files = 0;

  privacySuite(async clock => {
    files += 1;
    const again = () => SqliteStore.open({ path: join(folder, `${files}.db`), clock });
    return { store: await again(), again };
  });
});
