-- Reads all that a turn needs.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 history, 5 outbox. ARGV: 1-6 fence, 7 limit.
if not held() then
  return stale()
end
return {
  redis.call('LRANGE', KEYS[3], 0, tonumber(ARGV[7]) - 1),
  redis.call('LRANGE', KEYS[4], 0, -1),
  redis.call('HGETALL', KEYS[5]),
  redis.call('HGETALL', KEYS[2]),
}
