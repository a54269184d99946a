-- Forgets what another conversation has taken over, and nothing that came since. What was taken is
-- known by its number and its digest, so that this may be repeated at any time.
-- KEYS: 1 history, 2 remarks. ARGV: 1 and 2 number and digest of the turns, 3 and 4 of the remarks.
local function drop(list, number, digest)
  if number == '0' then
    return 0
  end
  local taken = redis.call('LRANGE', list, '0', string.format('%d', tonumber(number) - 1))
  if #taken ~= tonumber(number) or redis.sha1hex(table.concat(taken, '\n')) ~= digest then
    return 0
  end
  redis.call('LTRIM', list, number, '-1')
  return #taken
end
return drop(KEYS[1], ARGV[1], ARGV[2]) + drop(KEYS[2], ARGV[3], ARGV[4])
