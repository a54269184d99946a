-- Ends the claim. KEYS: 1 ready, 2 conversation, 3 inbox, 4 outbox. ARGV: 1-6 fence.
if not held() then
  return stale()
end
finish(redis.call('LLEN', KEYS[3]) > 0 or redis.call('EXISTS', KEYS[4]) == 1)
return 1
