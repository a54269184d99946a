-- Marks the claim on a conversation as interrupted. The mark counts for that claim only, whose entry and
-- delivery count never come again; it goes some time after the claim's last heartbeat.
-- KEYS: 1 ready, 2 conversation, 3 interrupted claims. ARGV: 1 group, 2 how long the mark outlives the
-- last heartbeat in milliseconds. Answers whether there is a claim.
local entry = redis.call('HGET', KEYS[2], 'e')
local claim = entry and entry ~= 'delayed'
  and redis.call('XPENDING', KEYS[1], ARGV[1], entry, entry, '1')[1]
if not claim then
  return 0
end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', string.format('%d', now))
redis.call('ZADD', KEYS[3], string.format('%d', now + tonumber(ARGV[2])), entry .. ':' .. string.format('%d', claim[4]))
redis.call('PEXPIRE', KEYS[3], ARGV[2])
return 1
