-- Records that the provider took a part; the outbox goes when it took the last one.
-- KEYS: 1 ready, 2 conversation, 3 outbox. ARGV: 1-5 fence, 6 index of the part, 7 receipt.
if not held() then
  return stale()
end
-- Without an outbox the last part was recorded before, and this repeats it.
if not has_outbox then
  return 1
end
local parts = tonumber(redis.call('HGET', KEYS[3], 'n'))
if tonumber(ARGV[6]) >= parts then
  return redis.error_reply('NOPART the outbox has no such part')
end
redis.call('HSET', KEYS[3], 's:' .. ARGV[6], 'd' .. ARGV[7])
for i = 0, parts - 1 do
  local state = redis.call('HGET', KEYS[3], 's:' .. i)
  if not state or string.sub(state, 1, 1) ~= 'd' then
    return 1
  end
end
redis.call('DEL', KEYS[3])
redis.call('HDEL', KEYS[2], 'n', 'o')
return 1
