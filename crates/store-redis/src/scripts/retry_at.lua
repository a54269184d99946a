-- Ends the claim, and makes the conversation ready again later.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 outbox, 5 delayed. ARGV: 1-5 fence, 6 delay in milliseconds,
-- 7 why: 'failure', 'pace' or 'receipt'.
if not held() then
  return stale()
end
local goes_on = revived or leaving or forwarding
if not has_outbox and not goes_on and redis.call('EXISTS', KEYS[3]) == 0 then
  finish(false)
  return 1
end
local states = has_outbox and ARGV[7] ~= 'receipt' and redis.call('HGETALL', KEYS[4]) or {}
for i = 1, #states, 2 do
  if states[i + 1] == 's' and string.sub(states[i], 1, 2) == 's:' then
    redis.call('HDEL', KEYS[4], states[i])
    -- It may have gone out all the same: the provider's word on it still counts.
    if ARGV[7] == 'failure' then
      redis.call('HSET', KEYS[4], 'q' .. string.sub(states[i], 2), '1')
    end
  end
end
leave_queue()
local t = redis.call('TIME')
local due = t[1] * 1000 + math.floor(t[2] / 1000) + tonumber(ARGV[6])
redis.call('ZADD', KEYS[5], string.format('%d', due), name)
redis.call('HSET', KEYS[2], 'e', 'delayed')
if ARGV[7] == 'failure' then
  redis.call('HINCRBY', KEYS[2], 'n', '1')
end
return 1
