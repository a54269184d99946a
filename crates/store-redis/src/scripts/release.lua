-- Ends the claim. KEYS: 1 ready, 2 conversation, 3 inbox. ARGV: 1-5 fence.
if not held() then
  return stale()
end
finish(has_outbox or redis.call('EXISTS', KEYS[3]) == 1)
return 1
