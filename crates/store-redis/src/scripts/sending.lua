-- Writes down that a part is about to be sent.
-- KEYS: 1 ready, 2 conversation, 3 outbox. ARGV: 1-5 fence, 6 index of the part.
if not held() then
  return stale()
end
local parts = redis.call('HGET', KEYS[3], 'n')
if not parts or tonumber(ARGV[6]) >= tonumber(parts) then
  return redis.error_reply('NOPART the outbox has no such part')
end
redis.call('HSET', KEYS[3], 's:' .. ARGV[6], 's')
return 1
