-- Writes down which message shows the answer in the making.
-- KEYS: 1 ready, 2 conversation. ARGV: 1-5 fence, 6 the provider's id of it.
if not held() then
  return stale()
end
redis.call('HSET', KEYS[2], 'd', ARGV[6])
return 1
