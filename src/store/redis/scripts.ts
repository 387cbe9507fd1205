/*
 * Every step of the store as one Lua function: Redis runs it whole and alone.
 *
 * Layout. Records, marks, counters and things used once are strings `expires:rest`, `-` where nothing expires. Sets
 * are two sorted sets: the members, all with score 0 so that they stand in byte order, and when each expires. Logs
 * are streams with ids `number-0`, so that numbers stay when old entries are taken away; what may be replaced beside an
 * entry stands in a hash under `number:name`, for what is taken out of a stream stays in its memory.
 *
 * Time is Redis's own (TIME); ARGV[1] replaces it in tests. What is expired is absent by that comparison, to the
 * millisecond; the expiry that Redis itself knows comes a minute later and only gives the memory back.
 *
 * Resending. A step whose answer was lost may have happened. Who changed something therefore leaves the answer beside
 * the key for a while, under the id of the request: sent again, the step changes nothing and says the same. It still
 * writes, so that replicas can be waited for: what they have of the stream up to there holds the first time too.
 */

const prelude = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local function digits(number) return string.format('%.0f', number) end
local function left(ends) return digits(math.min(math.max(ends - now, 0) + 60000, 1e15)) end
local function after(ttl) if ttl ~= '' then return now + tonumber(ttl) end end
local function load(key)
  local text = redis.call('GET', key)
  if not text then return nil end
  local colon = string.find(text, ':', 1, true)
  local ends = tonumber(string.sub(text, 1, colon - 1))
  if ends and ends <= now then return nil end
  return string.sub(text, colon + 1), ends
end
local function save(key, rest, ends)
  if ends then redis.call('SET', key, digits(ends) .. ':' .. rest, 'PX', left(ends))
  else redis.call('SET', key, '-:' .. rest) end
end
local function once(memo, work)
  local said = redis.call('GET', memo)
  if said then
    redis.call('PEXPIRE', memo, 10000)
    return said
  end
  local answer, changed = work()
  if changed then redis.call('SET', memo, answer, 'PX', 10000) end
  return answer
end
`;

const setPrelude = `${prelude}
local function purge()
  repeat
    local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', digits(now), 'LIMIT', 0, 1000)
    if #gone > 0 then
      redis.call('ZREM', KEYS[1], unpack(gone))
      redis.call('ZREM', KEYS[2], unpack(gone))
    end
  until #gone < 1000
end
local function settle()
  local all = redis.call('ZCARD', KEYS[1])
  if all > 0 and all == redis.call('ZCARD', KEYS[2]) then
    local last = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
    for key = 1, 2 do redis.call('PEXPIRE', KEYS[key], left(tonumber(last[2]))) end
  else
    for key = 1, 2 do redis.call('PERSIST', KEYS[key]) end
  end
end
`;

const logPrelude = `${prelude}
local function asides(found)
  local names = {}
  if found[2][3] == 'asides' then
    for name in string.gmatch(found[2][4], '%S+') do names[#names + 1] = name end
  end
  return names
end
local function field(found, name) return string.match(found[1], '^%d+') .. ':' .. name end
`;

/** KEYS: the thing, then its answers. ARGV: the time or '', then what is named. */
const single = {
  sluisGet: { keys: 1, lua: `return (load(KEYS[1]))` },
  // value, ttl
  sluisCreate: {
    keys: 2,
    lua: `return once(KEYS[2], function()
      if load(KEYS[1]) then return '0' end
      save(KEYS[1], '1:' .. ARGV[2], after(ARGV[3]))
      return '1', true
    end)`,
  },
  // version, value, ttl
  sluisReplace: {
    keys: 2,
    lua: `return once(KEYS[2], function()
      local rest, ends = load(KEYS[1])
      if not rest or string.match(rest, '^%d+') ~= ARGV[2] then return '0' end
      save(KEYS[1], digits(tonumber(ARGV[2]) + 1) .. ':' .. ARGV[3], after(ARGV[4]) or ends)
      return '1', true
    end)`,
  },
  sluisRemove: {
    keys: 2,
    lua: `return once(KEYS[2], function()
      if not load(KEYS[1]) then return '0' end
      redis.call('DEL', KEYS[1])
      return '1', true
    end)`,
  },
  // request, ttl. What is used once never changes hands: who took it stands in it, and needs no answer beside it.
  sluisConsume: {
    keys: 1,
    lua: `local taker = load(KEYS[1])
    if taker and taker ~= ARGV[2] then return '0' end
    save(KEYS[1], ARGV[2], now + tonumber(ARGV[3]))
    return '1'`,
  },
  // value, ttl
  sluisAdvance: {
    keys: 2,
    lua: `return once(KEYS[2], function()
      local rest, ends = load(KEYS[1])
      if rest and tonumber(rest) >= tonumber(ARGV[2]) then return '0' end
      save(KEYS[1], ARGV[2], after(ARGV[3]) or ends)
      return '1', true
    end)`,
  },
  // window, by
  sluisCount: {
    keys: 2,
    lua: `return once(KEYS[2], function()
      local rest, ends = load(KEYS[1])
      local by = tonumber(ARGV[3])
      ends = ends or now + tonumber(ARGV[2])
      if not rest and by <= 0 then return '0:' .. digits(ends) end
      local count = string.format('%.17g', math.max(0, (tonumber(rest) or 0) + by))
      save(KEYS[1], count, ends)
      return count .. ':' .. digits(ends), true
    end)`,
  },
  sluisPeek: {
    keys: 1,
    lua: `local rest, ends = load(KEYS[1])
    return rest and (rest .. ':' .. digits(ends))`,
  },
  sluisResetCount: {
    keys: 2,
    lua: `return once(KEYS[2], function() return '1', redis.call('DEL', KEYS[1]) > 0 end)`,
  },
} as const;

/** KEYS: the log, what stands beside its entries, then the answers. */
const ofLogs = {
  // expected head, as a number or with its entry; entry, then the asides: name, text, name, text
  sluisAppend: {
    keys: 3,
    lua: `return once(KEYS[3], function()
      local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
      local head, entry = string.match(ARGV[2], '^(%d+):?(.*)$')
      if (last and string.match(last[1], '^%d+') or '0') ~= head then return '0' end
      if head ~= ARGV[2] and (not last or last[2][2] ~= entry) then return '0' end
      local number = digits(tonumber(head) + 1)
      local names = {}
      for at = 4, #ARGV, 2 do
        names[#names + 1] = ARGV[at]
        redis.call('HSET', KEYS[2], number .. ':' .. ARGV[at], ARGV[at + 1])
      end
      if #names == 0 then redis.call('XADD', KEYS[1], number .. '-0', 'entry', ARGV[3])
      else redis.call('XADD', KEYS[1], number .. '-0', 'entry', ARGV[3], 'asides', table.concat(names, ' ')) end
      return '1', true
    end)`,
  },
  // from, limit
  sluisRead: {
    keys: 2,
    lua: `local rows = {}
    for at, found in ipairs(redis.call('XRANGE', KEYS[1], ARGV[2], '+', 'COUNT', ARGV[3])) do
      rows[at] = { found[1], found[2][2] }
      for _, name in ipairs(asides(found)) do
        local text = redis.call('HGET', KEYS[2], field(found, name))
        if text then
          table.insert(rows[at], name)
          table.insert(rows[at], text)
        end
      end
    end
    return rows`,
  },
  // name, text, numbers. Ends where it ended before if it is sent again, so it needs no answer beside it.
  sluisReplaceAsides: {
    keys: 2,
    lua: `for at = 4, #ARGV do
      local name = ARGV[at] .. ':' .. ARGV[2]
      if redis.call('HEXISTS', KEYS[2], name) == 1 then redis.call('HSET', KEYS[2], name, ARGV[3]) end
    end
    return '1'`,
  },
  // before; the same holds
  sluisTrim: {
    keys: 2,
    lua: `local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
    if not last then return '0' end
    local newest = tonumber(string.match(last[1], '^%d+'))
    local first = digits(math.min(newest, tonumber(ARGV[2])))
    if redis.call('EXISTS', KEYS[2]) == 1 then
      for _, found in ipairs(redis.call('XRANGE', KEYS[1], '-', '(' .. first .. '-0')) do
        for _, name in ipairs(asides(found)) do redis.call('HDEL', KEYS[2], field(found, name)) end
      end
    end
    redis.call('XTRIM', KEYS[1], 'MINID', first .. '-0')
    return '1'`,
  },
} as const;

/** KEYS: the members, when they expire, then the answers. */
const ofSets = {
  // member, cap, ttl
  sluisAdd: {
    keys: 3,
    lua: `return once(KEYS[3], function()
      purge()
      local ends = after(ARGV[4])
      local present = redis.call('ZSCORE', KEYS[1], ARGV[2])
      if present and not ends then return 'present' end
      if not present and ARGV[3] ~= '' and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 'full' end
      redis.call('ZADD', KEYS[1], 0, ARGV[2])
      if ends then redis.call('ZADD', KEYS[2], digits(ends), ARGV[2]) end
      settle()
      return present and 'present' or 'added', true
    end)`,
  },
  // member
  sluisDrop: {
    keys: 3,
    lua: `return once(KEYS[3], function()
      purge()
      if redis.call('ZREM', KEYS[1], ARGV[2]) == 0 then return '0' end
      redis.call('ZREM', KEYS[2], ARGV[2])
      settle()
      return '1', true
    end)`,
  },
  // direction, from, to, limit
  sluisMembers: {
    keys: 2,
    lua: `purge()
    local range = ARGV[2] == 'down' and 'ZREVRANGEBYLEX' or 'ZRANGEBYLEX'
    return redis.call(range, KEYS[1], ARGV[3], ARGV[4], 'LIMIT', 0, ARGV[5])`,
  },
  sluisSize: {
    keys: 2,
    lua: `purge()
    return redis.call('ZCARD', KEYS[1])`,
  },
} as const;

export type ScriptName = keyof typeof single | keyof typeof ofLogs | keyof typeof ofSets;

interface Script {
  readonly lua: string;
  readonly numberOfKeys: number;
}

/** As ioredis takes them: each becomes a command of this name. */
export const scripts: Readonly<Record<ScriptName, Script>> = {
  ...withPrelude(prelude, single),
  ...withPrelude(logPrelude, ofLogs),
  ...withPrelude(setPrelude, ofSets),
};

function withPrelude<Name extends string>(
  before: string,
  bodies: Readonly<Record<Name, { readonly keys: number; readonly lua: string }>>,
): Record<Name, Script> {
  const entries = Object.entries<{ keys: number; lua: string }>(bodies);
  return Object.fromEntries(
    entries.map(([name, { keys, lua }]) => [name, { numberOfKeys: keys, lua: `${before}${lua}` }]),
  ) as Record<Name, Script>;
}
