-- Takes the oldest messages out, since the customer took them back, and ends the claim.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 records. ARGV: 1-5 fence, 6 how many messages.
if not held() then
  return stale()
end
local envelopes = redis.call('LRANGE', KEYS[3], '0', string.format('%d', tonumber(ARGV[6]) - 1))
if #envelopes < tonumber(ARGV[6]) or has_outbox then
  return stale()
end
if miscounts() then
  finish(true)
  return stale()
end
record(KEYS[4], envelopes, function() return 't' end)
redis.call('LTRIM', KEYS[3], ARGV[6], '-1')
redis.call('HDEL', KEYS[2], 'n', 'd')
finish(redis.call('EXISTS', KEYS[3]) == 1)
return 1
