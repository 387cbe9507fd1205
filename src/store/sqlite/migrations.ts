import type { DatabaseSync } from 'node:sqlite';
import { SluisError } from '../../kernel/errors.ts';

/**
 * What each version of the data adds; position i makes version i + 1. An entry that was released is never changed:
 * data folders out there stand on it.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE record (key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL, expires REAL) STRICT;
  CREATE TABLE spent (key TEXT PRIMARY KEY, expires REAL NOT NULL) STRICT;
  CREATE TABLE mark (key TEXT PRIMARY KEY, value REAL NOT NULL, expires REAL) STRICT;
  CREATE TABLE counter (key TEXT PRIMARY KEY, count REAL NOT NULL, expires REAL NOT NULL) STRICT;
  CREATE TABLE member (key TEXT NOT NULL, member TEXT NOT NULL, expires REAL, PRIMARY KEY (key, member)) STRICT;
  CREATE TABLE entry (log TEXT NOT NULL, number INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (log, number)) STRICT;
  CREATE INDEX record_expires ON record (expires) WHERE expires IS NOT NULL;
  CREATE INDEX spent_expires ON spent (expires);
  CREATE INDEX mark_expires ON mark (expires) WHERE expires IS NOT NULL;
  CREATE INDEX counter_expires ON counter (expires);
  CREATE INDEX member_expires ON member (expires) WHERE expires IS NOT NULL;
  `,
  // How many there are of those that never expire, kept by the database itself: counting 50,000 takes as long as reading them.
  `
  CREATE TABLE lasting (key TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT;
  INSERT INTO lasting (key, size) SELECT key, count(*) FROM member WHERE expires IS NULL GROUP BY key;
  CREATE INDEX member_passing ON member (key, expires) WHERE expires IS NOT NULL;
  CREATE TRIGGER member_comes AFTER INSERT ON member WHEN new.expires IS NULL BEGIN
    INSERT INTO lasting (key, size) VALUES (new.key, 1) ON CONFLICT (key) DO UPDATE SET size = size + 1;
  END;
  CREATE TRIGGER member_goes AFTER DELETE ON member WHEN old.expires IS NULL BEGIN
    DELETE FROM lasting WHERE key = old.key AND size = 1;
    UPDATE lasting SET size = size - 1 WHERE key = old.key;
  END;
  CREATE TRIGGER member_passes AFTER UPDATE OF expires ON member WHEN old.expires IS NULL AND new.expires IS NOT NULL BEGIN
    DELETE FROM lasting WHERE key = old.key AND size = 1;
    UPDATE lasting SET size = size - 1 WHERE key = old.key;
  END;
  CREATE TRIGGER member_lasts AFTER UPDATE OF expires ON member WHEN old.expires IS NOT NULL AND new.expires IS NULL BEGIN
    INSERT INTO lasting (key, size) VALUES (new.key, 1) ON CONFLICT (key) DO UPDATE SET size = size + 1;
  END;
  `,
  `
  CREATE TABLE aside (log TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (log, number, name)) STRICT, WITHOUT ROWID;
  `,
];

/** Tables whose rows expire; what is expired is absent to every statement and goes when it is pruned. */
export const expiringTables = ['record', 'spent', 'mark', 'counter', 'member'] as const;

/**
 * Brings a database to the newest version, all of it or nothing; processes that start together migrate once.
 * Throws 'data.newer' for data of a later release.
 */
export function migrate(db: DatabaseSync, steps: readonly string[] = migrations): void {
  if (versionOf(db) === steps.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Read again: another process may have migrated while this one waited for the lock.
    const version = versionOf(db);
    if (version > steps.length) throw newer(version, steps.length);
    for (const step of steps.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version = ${steps.length}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

function newer(found: number, known: number): SluisError {
  return new SluisError(
    'data.newer',
    `The data was written by a newer release of Sluis (data version ${found}; this release knows ${known}).`,
    { remedy: 'Start the newer release again, or restore the backup that was made before the upgrade.' },
  );
}
