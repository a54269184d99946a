-- Moves what stands first to the dead letters, and ends the claim.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 outbox, 5 records, 6 dead letters by time, 7 dead letters
-- of the conversation. ARGV: 1-6 fence, 7 event channels' prefix, 8 conversation's digest, 9 how many
-- messages, 10 reason as JSON string, 11 id of the dead letter, 12 reason.
if not held() then
  return stale()
end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local envelopes, outbox = {}, redis.call('HGETALL', KEYS[4])
local letter = '{"v":1,"at":' .. string.format('%d', now) .. ',"reason":' .. ARGV[10]
  .. ',"conversation":' .. cjson.encode(name)
if #outbox > 0 then
  local fields = {}
  for i = 1, #outbox, 2 do
    fields[#fields + 1] = cjson.encode(outbox[i]) .. ':' .. cjson.encode(outbox[i + 1])
  end
  letter = letter .. ',"outbox":{' .. table.concat(fields, ',') .. '}'
  redis.call('DEL', KEYS[4])
else
  envelopes = redis.call('LRANGE', KEYS[3], 0, tonumber(ARGV[9]) - 1)
  local list = {}
  for i, envelope in ipairs(envelopes) do
    list[i] = cjson.encode(envelope)
    redis.call('HSET', KEYS[5], string.sub(envelope, 3, 18), string.sub(envelope, 19, 45) .. 'p' .. ARGV[12])
  end
  letter = letter .. ',"envelopes":[' .. table.concat(list, ',') .. ']'
  redis.call('PEXPIRE', KEYS[5], keep)
  redis.call('LTRIM', KEYS[3], #envelopes, -1)
end
redis.call('HDEL', KEYS[2], 'n')
if #outbox > 0 or #envelopes > 0 then
  redis.call('HSET', KEYS[7], ARGV[11], letter .. '}')
  redis.call('ZADD', KEYS[6], now, ARGV[11])
end
if #envelopes > 0 then
  tell(function()
    return '{"c":"' .. ARGV[8] .. '","parked":' .. refs(envelopes) .. ',"reason":' .. ARGV[10] .. '}'
  end)
end
finish(redis.call('LLEN', KEYS[3]) > 0)
if #envelopes == 0 then
  return '[]'
end
return refs(envelopes)
