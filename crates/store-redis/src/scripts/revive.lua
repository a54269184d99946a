-- Puts a dead letter back to where it came from.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 outbox, 5 records, 6 dead letters by time, 7 dead letters
-- of the conversation, 8 revived messages, 9 sent replies. ARGV: 1 id, 2 group.

-- A reply that did not arrive goes out once more: its messages are answered again, and what the
-- provider said of its parts is forgotten, so that what it says of them from now on counts.
local function answer_again(letter)
  local outbox = cjson.decode(letter.outbox.b)
  redis.call('HDEL', KEYS[9], 'u:' .. outbox.turn)
  for i = 1, #outbox.parts do
    redis.call('HDEL', KEYS[9], 'p:' .. outbox.turn .. ':' .. string.format('%d', i - 1))
  end
  for _, ref in ipairs(letter.answered) do
    local key = string.sub(ref, 1, 16)
    local record = redis.call('HGET', KEYS[5], key)
    if record and string.sub(record, 1, 11) == string.sub(ref, 17)
      and string.sub(record, 41, 41) == 'u' then
      -- Only a message with a fingerprint has its reply kept with it.
      local is_kept = string.sub(record, 12, 27) ~= string.rep('-', 16)
      local reply = is_kept and cjson.encode(outbox.reply) or ''
      redis.call('HSET', KEYS[5], key, string.sub(record, 1, 40) .. 'a' .. reply)
    end
  end
end

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
local claim = entry and entry ~= 'delayed'
  and redis.call('XPENDING', KEYS[1], ARGV[2], entry, entry, '1')[1]
if letter.outbox then
  -- A turn at work counts on having the outbox to itself; the operator tries again after it.
  if claim or redis.call('EXISTS', KEYS[4]) == 1 then
    return 0
  end
  for field, value in pairs(letter.outbox) do
    -- What may or may not have gone out is sent again: that is what the operator asks for.
    if value ~= 's' and field ~= 'at' and string.sub(field, 1, 2) ~= 'q:' then
      redis.call('HSET', KEYS[4], field, value)
    end
  end
  if letter.answered then
    answer_again(letter)
    redis.call('HSET', KEYS[4], 'm', cjson.encode(letter.answered))
  end
  redis.call('HSET', KEYS[2], 'o', '1')
else
  -- A turn at work counts its messages from the head of the inbox, so nothing may come before
  -- them while one runs: until it is over the revived ones stand apart.
  local head = claim and KEYS[8] or KEYS[3]
  if claim then
    redis.call('HSET', KEYS[2], 'r', entry .. ':' .. string.format('%d', claim[4]))
  elseif redis.call('HDEL', KEYS[2], 'r') == 1 then
    while redis.call('LMOVE', KEYS[8], KEYS[3], 'RIGHT', 'LEFT') do end
  end
  for i = #letter.envelopes, 1, -1 do
    local envelope = letter.envelopes[i]
    redis.call('LPUSH', head, envelope)
    local key = string.sub(envelope, 3, 18)
    local record = redis.call('HGET', KEYS[5], key)
    if record and string.sub(record, 1, 11) == string.sub(envelope, 19, 29) then
      redis.call('HSET', KEYS[5], key, string.sub(envelope, 19, 58) .. 'w')
    end
  end
end
if not entry then
  redis.call('HSET', KEYS[2], 'e', redis.call('XADD', KEYS[1], '*', 'c', letter.conversation))
  if redis.call('HEXISTS', KEYS[5], REMARKS) == 1 then
    redis.call('HSET', KEYS[2], 'k', '1')
  end
end
redis.call('HDEL', KEYS[7], ARGV[1])
redis.call('ZREM', KEYS[6], ARGV[1])
return 1
