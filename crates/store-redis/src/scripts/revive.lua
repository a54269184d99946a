-- Puts a dead letter back to where it came from.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 outbox, 5 records, 6 dead letters by time, 7 dead letters
-- of the conversation. ARGV: 1 id, 2 group.
local stored = redis.call('HGET', KEYS[7], ARGV[1])
if not stored then
  return 0
end
local letter = cjson.decode(stored)
-- What a later version wrote is not understood here.
if letter.v ~= 1 then
  return 0
end
local entry = redis.call('HGET', KEYS[2], 'e')
if letter.outbox then
  if redis.call('EXISTS', KEYS[4]) == 1 then
    return 0
  end
  for field, value in pairs(letter.outbox) do
    -- What may or may not have gone out is sent again: that is what the operator asks for.
    if value ~= 's' then
      redis.call('HSET', KEYS[4], field, value)
    end
  end
  redis.call('HSET', KEYS[2], 'o', '1')
else
  -- A turn at work counts its messages from the head of the inbox, so nothing may come before
  -- them while one runs.
  local at_work = entry and entry ~= 'delayed'
    and #redis.call('XPENDING', KEYS[1], ARGV[2], entry, entry, '1') > 0
  for i = 1, #letter.envelopes do
    local envelope = at_work and letter.envelopes[i] or letter.envelopes[#letter.envelopes + 1 - i]
    redis.call(at_work and 'RPUSH' or 'LPUSH', KEYS[3], envelope)
    local key = string.sub(envelope, 3, 18)
    local record = redis.call('HGET', KEYS[5], key)
    if record and string.sub(record, 1, 11) == string.sub(envelope, 19, 29) then
      redis.call('HSET', KEYS[5], key, string.sub(envelope, 19, 58) .. 'w')
    end
  end
end
if not entry then
  redis.call('HSET', KEYS[2], 'e', redis.call('XADD', KEYS[1], '*', 'c', letter.conversation))
end
redis.call('HDEL', KEYS[7], ARGV[1])
redis.call('ZREM', KEYS[6], ARGV[1])
return 1
