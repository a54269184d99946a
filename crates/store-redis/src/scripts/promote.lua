-- Queues a conversation whose time has come.
-- KEYS: 1 ready, 2 conversation, 3 delayed. ARGV: 1 conversation's name.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local due = redis.call('ZSCORE', KEYS[3], ARGV[1])
if not due or tonumber(due) > now then
  return 0
end
redis.call('ZREM', KEYS[3], ARGV[1])
if redis.call('HGET', KEYS[2], 'e') == 'delayed' then
  redis.call('HSET', KEYS[2], 'e', redis.call('XADD', KEYS[1], '*', 'c', ARGV[1]))
end
return 1
