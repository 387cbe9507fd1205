import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { expiringTables } from './migrations.ts';

/**
 * Every step is one guarded statement: SQLite takes the write lock at its start and waits for it by the busy timeout.
 * A deferred BEGIN with a SELECT first would fail at once with BUSY_SNAPSHOT where another process writes.
 */
export function prepareStatements(db: DatabaseSync) {
  return {
    get: db.prepare('SELECT value, version FROM record WHERE key = ?1 AND (expires IS NULL OR expires > ?2)'),
    create: db.prepare(`INSERT INTO record (key, value, version, expires) VALUES (?1, ?2, 1, ?3)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = 1, expires = excluded.expires
      WHERE record.expires <= ?4`),
    replace: db.prepare(`UPDATE record SET value = ?3, version = version + 1, expires = coalesce(?4, expires)
      WHERE key = ?1 AND version = ?2 AND (expires IS NULL OR expires > ?5)`),
    remove: db.prepare('DELETE FROM record WHERE key = ?1 RETURNING expires'),

    consume: db.prepare(`INSERT INTO spent (key, expires) VALUES (?1, ?2)
      ON CONFLICT (key) DO UPDATE SET expires = excluded.expires WHERE spent.expires <= ?3`),
    consumed: db.prepare('SELECT 1 FROM spent WHERE key = ?1 AND expires > ?2'),

    advance: db.prepare(`INSERT INTO mark (key, value, expires) VALUES (?1, ?2, ?3)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value,
        expires = iif(mark.expires <= ?4, excluded.expires, coalesce(excluded.expires, mark.expires))
      WHERE mark.value < excluded.value OR mark.expires <= ?4`),
    reached: db.prepare('SELECT value FROM mark WHERE key = ?1 AND (expires IS NULL OR expires > ?2)'),

    count: db.prepare(`INSERT INTO counter (key, count, expires) VALUES (?1, max(0, ?2), ?3)
      ON CONFLICT (key) DO UPDATE SET
        count = iif(counter.expires <= ?4, excluded.count, max(0, counter.count + ?2)),
        expires = iif(counter.expires <= ?4, excluded.expires, counter.expires)
      RETURNING count, expires`),
    lower: db.prepare(`UPDATE counter SET count = max(0, count + ?2) WHERE key = ?1 AND expires > ?3
      RETURNING count, expires`),
    peek: db.prepare('SELECT count, expires FROM counter WHERE key = ?1 AND expires > ?2'),
    resetCount: db.prepare('DELETE FROM counter WHERE key = ?1'),

    touchMember: db.prepare(`UPDATE member SET expires = coalesce(?3, expires)
      WHERE key = ?1 AND member = ?2 AND (expires IS NULL OR expires > ?4)`),
    add: db.prepare(`INSERT INTO member (key, member, expires) SELECT ?1, ?2, ?3
      WHERE ?5 IS NULL OR ?5 > ${sizeOf('?4')}
      ON CONFLICT (key, member) DO UPDATE SET expires = excluded.expires`),
    drop: db.prepare('DELETE FROM member WHERE key = ?1 AND member = ?2 RETURNING expires'),
    members: membersOf(db, 'AND member > ?5', 'ASC'),
    firstMembers: membersOf(db, '', 'ASC'),
    membersDown: membersOf(db, 'AND member > ?5', 'DESC'),
    firstMembersDown: membersOf(db, '', 'DESC'),
    size: db.prepare(`SELECT ${sizeOf('?2')} AS size`),

    append: db.prepare(`INSERT INTO entry (log, number, entry) SELECT ?1, ?2 + 1, ?3
      WHERE ?2 = (SELECT coalesce(max(number), 0) FROM entry WHERE log = ?1)
      AND (?4 IS NULL OR ?4 = (SELECT entry FROM entry WHERE log = ?1 AND number = ?2))`),
    head: db.prepare('SELECT number, entry FROM entry WHERE log = ?1 ORDER BY number DESC LIMIT 1'),
    // In one statement: nobody trims between an entry and what stands beside it.
    read: db.prepare(`SELECT number, entry, (SELECT json_group_object(name, text) FROM aside
        WHERE aside.log = entry.log AND aside.number = entry.number) AS asides
      FROM entry WHERE log = ?1 AND number > ?2 ORDER BY number LIMIT ?3`),

    aside: db.prepare('INSERT INTO aside (log, number, name, text) VALUES (?1, ?2, ?3, ?4)'),
    replaceAside: db.prepare('UPDATE aside SET text = ?4 WHERE log = ?1 AND number = ?2 AND name = ?3'),

    trimAsides: db.prepare(`DELETE FROM aside WHERE log = ?1
      AND number < min(?2, (SELECT max(number) FROM entry WHERE log = ?1))`),
    trim: db.prepare(`DELETE FROM entry WHERE log = ?1
      AND number < min(?2, (SELECT max(number) FROM entry WHERE log = ?1))`),

    prune: expiringTables.map(table =>
      db.prepare(`DELETE FROM ${table} WHERE rowid IN
        (SELECT rowid FROM ${table} WHERE expires <= ?1 ORDER BY expires LIMIT ?2)`),
    ),
  } satisfies Record<string, StatementSync | StatementSync[]>;
}

export type Statements = ReturnType<typeof prepareStatements>;

/** How many members the set of key ?1 has: those that last are counted already, and of the others there are few. */
function sizeOf(now: string): string {
  return `(coalesce((SELECT size FROM lasting WHERE key = ?1), 0)
    + (SELECT count(*) FROM member WHERE key = ?1 AND expires IS NOT NULL AND expires > ${now}))`;
}

/** Key, now, the bound above, limit, and the bound below where there is one: a condition that may be empty would read all. */
function membersOf(db: DatabaseSync, below: '' | 'AND member > ?5', order: 'ASC' | 'DESC'): StatementSync {
  return db.prepare(`SELECT member FROM member WHERE key = ?1 AND (expires IS NULL OR expires > ?2)
    AND member < ?3 ${below} ORDER BY member ${order} LIMIT ?4`);
}
