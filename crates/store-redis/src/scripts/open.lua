-- Reads all that a turn needs.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 history, 5 outbox, 6 watchers. ARGV: 1-5 fence, 6 last
-- index of the messages.
if not held() then
  return stale()
end
return {
  redis.call('LRANGE', KEYS[3], '0', ARGV[6]),
  redis.call('LRANGE', KEYS[4], '0', '-1'),
  has_outbox and redis.call('HGETALL', KEYS[5]) or {},
  redis.call('HKEYS', KEYS[6]),
  attempts or '0',
}
