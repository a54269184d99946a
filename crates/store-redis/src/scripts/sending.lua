-- Writes down that a part is about to be sent.
-- KEYS: 1 ready, 2 conversation, 3 outbox. ARGV: 1-5 fence, 6 index of the part.
if not held() then
  return stale()
end
local field = 's:' .. ARGV[6]
local outbox = redis.call('HMGET', KEYS[3], 'n', field)
local parts, state = outbox[1], outbox[2]
-- The provider's word may have come first, and the part, or all of the reply, needs no sending.
if not parts or (state and string.sub(state, 1, 1) == 'd') then
  return stale()
end
if tonumber(ARGV[6]) >= tonumber(parts) then
  return redis.error_reply('NOPART the outbox has no such part')
end
local t = redis.call('TIME')
local now = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
redis.call('HSET', KEYS[3], field, 's', 'at', now)
return 1
