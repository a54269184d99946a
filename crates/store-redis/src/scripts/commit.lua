-- Makes a turn's answer final, once.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 history, 5 outbox, 6 records.
-- ARGV: 1-6 fence, 7 event channels' prefix, 8 conversation's digest, 9 how many messages, 10 reply,
-- 11 outbox or '', 12 idle time in milliseconds, 13 how many turns the history keeps, 14 number of
-- the outbox's parts, 15 turn.
if not held() then
  return stale()
end
-- A commit that is handed in again, or arrives late, must not take the next messages for its own.
if redis.call('HGET', KEYS[2], 't') == ARGV[15] then
  return '[]'
end
local count, reply = tonumber(ARGV[9]), ARGV[10]
local envelopes = redis.call('LRANGE', KEYS[3], 0, count - 1)
if #envelopes < count or redis.call('EXISTS', KEYS[5]) == 1 then
  return stale()
end

local asked, records = {}, {}
for i, envelope in ipairs(envelopes) do
  asked[i] = string.sub(envelope, 46)
  records[2 * i - 1] = string.sub(envelope, 3, 18)
  local answer = string.sub(envelope, 2, 2) == 'r' and reply or ''
  records[2 * i] = string.sub(envelope, 19, 45) .. 'a' .. answer
end
for i = 1, #records, 1000 do
  redis.call('HSET', KEYS[6], unpack(records, i, math.min(i + 999, #records)))
end
redis.call('PEXPIRE', KEYS[6], keep)
redis.call('RPUSH', KEYS[4], '{"v":1,"asked":[' .. table.concat(asked, ',') .. '],"reply":' .. reply .. '}')
redis.call('LTRIM', KEYS[4], -tonumber(ARGV[13]), -1)
redis.call('PEXPIRE', KEYS[4], ARGV[12])
redis.call('LTRIM', KEYS[3], count, -1)
redis.call('HDEL', KEYS[2], 'n')
tell(function()
  return '{"c":"' .. ARGV[8] .. '","committed":' .. refs(envelopes) .. ',"reply":' .. reply .. '}'
end)
if ARGV[11] ~= '' then
  redis.call('HSET', KEYS[5], 'b', ARGV[11], 'n', ARGV[14])
  redis.call('HSET', KEYS[2], 't', ARGV[15])
else
  finish(redis.call('LLEN', KEYS[3]) > 0)
end
return refs(envelopes)
