-- Writes down what the provider says of a sent part, whoever holds the claim.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 outbox, 5 records, 6 sent replies, 7 dead letters by time,
-- 8 dead letters of the conversation, 9 revived messages, 10 delayed. ARGV: 1 group, 2 turn, 3 index
-- of the part, 4 passage: '1' sent, '2' delivered, '3' read, 'f' failed, 5 receipt, 6 since when,
-- 7 id of the dead letter, 8 why it failed, 9 the dead letter's reason as JSON string.
local turn, part, passage = ARGV[2], ARGV[3], ARGV[4]
local place = 'p:' .. turn .. ':' .. part
local kept = redis.call('HMGET', KEYS[6], 'b:' .. turn, 'n:' .. turn, place, 'u:' .. turn, 'c')
local body, parts, name = kept[1], kept[2], kept[5]
if not body or tonumber(part) >= tonumber(parts) then
  return 'unknown'
end
local before = string.sub(kept[3] or '0', 1, 1)
-- What reached a device can't fail any more, and what failed does not arrive.
local is_late = passage == 'f' and (before == '2' or before == '3')
if before == 'f' or is_late or (passage ~= 'f' and passage <= before) then
  return 'duplicate'
end
redis.call('HSET', KEYS[6], place, passage .. ARGV[6] .. ' ' .. ARGV[5])

local state = redis.call('HMGET', KEYS[2], 'e', 'o', 'w', 'f')
local entry, goes_on = state[1], state[3] or state[4]
local is_out = state[2] and redis.call('HGET', KEYS[4], 'b') == body

local function queue()
  redis.call('HSET', KEYS[2], 'e', redis.call('XADD', KEYS[1], '*', 'c', name))
end

-- The outbox goes when the provider took all of it, as it does when the owner records that.
local function drop_outbox()
  redis.call('DEL', KEYS[4])
  redis.call('HDEL', KEYS[2], 'n', 'o')
end

local function is_complete()
  for i = 0, tonumber(parts) - 1 do
    local part_state = redis.call('HGET', KEYS[4], 's:' .. i)
    if not part_state or string.sub(part_state, 1, 1) ~= 'd' then
      return false
    end
  end
  return true
end

if passage ~= 'f' then
  local states = is_out and redis.call('HMGET', KEYS[4], 's:' .. part, 'q:' .. part)
  -- Also of a part that is pending again, but may have gone out: it need not go twice.
  if is_out and (states[1] == 's' or (not states[1] and states[2])) then
    redis.call('HSET', KEYS[4], 's:' .. part, 'd' .. ARGV[5])
    if is_complete() then
      drop_outbox()
    end
    -- What the conversation was put off for is settled.
    if entry == 'delayed' and redis.call('ZREM', KEYS[10], name) == 1 then
      queue()
    end
  end
  return 'recorded'
end
if kept[4] then
  return 'recorded'
end

redis.call('HSET', KEYS[6], 'u:' .. turn, '1')
local answered = redis.call('HGET', KEYS[6], 'm:' .. turn)
record_undelivered(KEYS[5], answered, ARGV[8])
local t = redis.call('TIME')
local now = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
redis.call('HSET', KEYS[8], ARGV[7], '{"v":1,"at":' .. now .. ',"reason":' .. ARGV[9]
  .. ',"conversation":' .. cjson.encode(name) .. ',"answered":' .. answered
  .. ',"outbox":{"b":' .. cjson.encode(body) .. ',"n":' .. cjson.encode(parts) .. '}}')
redis.call('ZADD', KEYS[7], now, ARGV[7])

-- The rest of it is not sent: the claim of whoever is about to ends, and what waits is queued again.
if is_out then
  drop_outbox()
  if entry and entry ~= 'delayed' and redis.call('XACK', KEYS[1], ARGV[1], entry) == 1 then
    redis.call('XDEL', KEYS[1], entry)
    if goes_on or redis.call('EXISTS', KEYS[3], KEYS[9]) > 0 then
      queue()
    else
      redis.call('HDEL', KEYS[2], 'e', 't', 'd', 'k', 'ks')
    end
  end
end
return 'undelivered'
