-- Drops what was set aside, since it has arrived in the other conversation, and ends the claim.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 what was set aside, 5 remarks. ARGV: 1-5 fence, 6 what `f`
-- of the conversation's hash says of it.
if not held() then
  return stale()
end
if forwarding ~= ARGV[6] then
  return stale()
end
redis.call('DEL', KEYS[4])
redis.call('HDEL', KEYS[2], 'f', 'n', 'd')
forwarding = nil
local waits = redis.call('EXISTS', KEYS[3]) == 1
-- What came meanwhile goes the same way.
if leaving and not waits and not revived and redis.call('EXISTS', KEYS[5]) == 0 then
  redis.call('HDEL', KEYS[2], 'w')
  leaving = nil
end
finish(waits)
return 1
