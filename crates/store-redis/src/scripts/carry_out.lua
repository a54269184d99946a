-- Forgets what another conversation has taken over, and nothing that came since. What was taken is
-- known by its number and its digest, so that this may be repeated at any time.
-- KEYS: 1 conversation, 2 transcript, 3 watchers, 4 history, 5 remarks. ARGV: 1 digest of what the
-- person is called who went along, or '', 2 entry, 3 how long the transcript is kept in milliseconds,
-- 4 this replica, 5 event channels' prefix, 6 conversation's digest, 7 and 8 number and digest of the
-- turns, 9 and 10 of the remarks. Answers whether the transcript has a new entry.
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
