-- Ends the claim, and makes the conversation ready again later.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 outbox, 5 delayed. ARGV: 1-6 fence, 7 delay in milliseconds.
if not held() then
  return stale()
end
if redis.call('LLEN', KEYS[3]) == 0 and redis.call('EXISTS', KEYS[4]) == 0 then
  finish(false)
  return 1
end
local states = redis.call('HGETALL', KEYS[4])
for i = 1, #states, 2 do
  if states[i + 1] == 's' and string.sub(states[i], 1, 2) == 's:' then
    redis.call('HDEL', KEYS[4], states[i])
  end
end
leave_queue()
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZADD', KEYS[5], now + tonumber(ARGV[7]), name)
redis.call('HSET', KEYS[2], 'e', 'delayed')
redis.call('HINCRBY', KEYS[2], 'n', 1)
return 1
