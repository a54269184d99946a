-- Puts what is remembered of one conversation before what is remembered of another, once.
-- KEYS: 1 conversation, 2 transcript, 3 watchers, 4 history, 5 records, 6 remarks. ARGV: 1 what the
-- person is called who comes along, or '', 2 entry, 3 how long the transcript is kept, 4 this replica,
-- 5 event channels' prefix, 6 conversation's digest, 7 key digest, 8 its record up to the time, 9 how
-- long a key is remembered, 10 idle time, 11 how many turns the history keeps, 12 whether there is no
-- room, 13 how many turns are brought, then these turns, then the remarks. All times in milliseconds.
-- Answers what was brought with this key, as `carry_out` wants it, whether it was now, and whether the
-- person has the conversation now (1) and the transcript a new entry (2).
local t = redis.call('TIME')
local now = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
local key, keep = ARGV[7], tonumber(ARGV[9])
local known = redis.call('HGET', KEYS[5], key)
if known and tonumber(string.sub(known, 28, 40)) + keep > tonumber(now) then
  return {string.sub(known, 42), 0, 0}
end
if ARGV[12] == '1' then
  return {'full', 0, 0}
end

-- What is beyond the limit is the oldest, which stands first.
local function put_first(list, first, last, limit)
  if last < first then
    return
  end
  for i = last, first, -1 do
    redis.call('LPUSH', list, ARGV[i])
  end
  redis.call('LTRIM', list, '-' .. limit, '-1')
  redis.call('PEXPIRE', list, ARGV[10])
end
local last_turn = 13 + tonumber(ARGV[13])
put_first(KEYS[4], 14, last_turn, ARGV[11])
put_first(KEYS[6], last_turn + 1, #ARGV, '200')

-- A person who has this conversation already goes on with it.
local function bring_person()
  if ARGV[1] == '' or redis.call('HSETNX', KEYS[1], 'p', ARGV[1]) == 0 then
    return 0
  end
  if redis.call('EXISTS', KEYS[2]) == 0 then
    return 1
  end
  add_entry(KEYS[2], ARGV[2], ARGV[3])
  tell_added(KEYS[3], ARGV[5], ARGV[6], ARGV[4])
  return 2
end
local person = bring_person()

local function described(first, last)
  local digest = redis.sha1hex(table.concat(ARGV, '\n', first, last))
  return string.format('%d', last - first + 1) .. ' ' .. digest
end
local brought = described(14, last_turn) .. ' ' .. described(last_turn + 1, #ARGV)
if ARGV[1] ~= '' then
  brought = brought .. ' ' .. redis.sha1hex(ARGV[1])
end
redis.call('HSET', KEYS[5], key, ARGV[8] .. now .. 'r' .. brought)
redis.call('PEXPIRE', KEYS[5], ARGV[9])
if #ARGV > last_turn then
  there_are_remarks(KEYS[1], KEYS[5], redis.call('HGET', KEYS[1], 'e'), now, ARGV[9])
end
return {brought, 1, person}
