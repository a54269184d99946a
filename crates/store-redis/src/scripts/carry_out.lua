-- Forgets what another conversation has taken over, once, and nothing that came since. What was taken is
-- known by its number and its digest.
-- And what waits is to go on there, where the customer has just moved.
-- KEYS: 1 conversation, 2 transcript, 3 watchers, 4 history, 5 remarks, 6 ready, 7 delayed, 8 records.
-- ARGV: 1 digest of what the person is called who went along, or '', 2 entry, 3 how long the transcript
-- is kept, 4 this replica, 5 event channels' prefix, 6 conversation's digest, 7 and 8 number and digest
-- of the turns, 9 and 10 of the remarks, 11 digest of the move, or '' if nobody moved just now, 12 its
-- record up to the time, 13 how long it is remembered, 14 group, 15 and 16 names of this conversation
-- and the other. All times in milliseconds. Answers whether the transcript has a new entry.
local function leave()
  -- What was carried away may be back by now, so a move that is told again takes nothing.
  local t = redis.call('TIME')
  local now = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
  local known = redis.call('HGET', KEYS[8], ARGV[11])
  if known and tonumber(string.sub(known, 28, 40)) + tonumber(ARGV[13]) > tonumber(now) then
    return false
  end
  local record = ARGV[12] .. now .. 'r'
  redis.call('HSET', KEYS[8], ARGV[11], record, MOVED, record .. ARGV[16])
  redis.call('PEXPIRE', KEYS[8], ARGV[13])
  if redis.call('HEXISTS', KEYS[1], 'e') == 1 then
    set_out(KEYS[6], KEYS[1], KEYS[7], ARGV[14], ARGV[15], now .. '0' .. ARGV[16])
  end
  return true
end
if ARGV[11] ~= '' and not leave() then
  return 0
end

local function drop(list, number, digest)
  if number == '0' then
    return
  end
  local taken = redis.call('LRANGE', list, '0', string.format('%d', tonumber(number) - 1))
  if #taken == tonumber(number) and redis.sha1hex(table.concat(taken, '\n')) == digest then
    redis.call('LTRIM', list, number, '-1')
  end
end
drop(KEYS[4], ARGV[7], ARGV[8])
drop(KEYS[5], ARGV[9], ARGV[10])

local person = ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'p')
if not person or redis.sha1hex(person) ~= ARGV[1] then
  return 0
end
redis.call('HDEL', KEYS[1], 'p')
if redis.call('EXISTS', KEYS[2]) == 0 then
  return 0
end
add_entry(KEYS[2], ARGV[2], ARGV[3])
tell_added(KEYS[3], ARGV[5], ARGV[6], ARGV[4])
return 1
