-- Records that the provider took a part; the outbox goes when it took the last one.
-- KEYS: 1 ready, 2 conversation, 3 outbox. ARGV: 1-6 fence, 7 index of the part, 8 receipt.
if not held() then
  return stale()
end
local parts = tonumber(redis.call('HGET', KEYS[3], 'n') or '0')
-- Without an outbox the last part was recorded before, and this repeats it.
if parts == 0 then
  return 1
end
if tonumber(ARGV[7]) >= parts then
  return redis.error_reply('NOPART the outbox has no such part')
end
redis.call('HSET', KEYS[3], 's:' .. ARGV[7], 'd' .. ARGV[8])
for i = 0, parts - 1 do
  local state = redis.call('HGET', KEYS[3], 's:' .. i)
  if not state or string.sub(state, 1, 1) ~= 'd' then
    return 1
  end
end
redis.call('DEL', KEYS[3])
redis.call('HDEL', KEYS[2], 'n')
return 1
