-- Moves what stands first to the dead letters, and ends the claim.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 outbox, 5 records, 6 dead letters by time, 7 dead letters
-- of the conversation, 8 watchers, 9 transcript, 10 sent replies. ARGV: 1-5 fence, 6 event channels' prefix, 7 conversation's
-- digest, 8 how many messages, 9 reason as JSON string, 10 id of the dead letter, 11 reason,
-- 12 how long the transcript is kept in milliseconds. Answers which messages it gave up, and whether the
-- transcript has a new entry.
if not held() then
  return stale()
end
if not has_outbox and miscounts() then
  finish(true)
  return stale()
end
local t = redis.call('TIME')
local now = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
local letter = '{"v":1,"at":' .. now .. ',"reason":' .. ARGV[9]
  .. ',"conversation":' .. cjson.encode(name)
local envelopes = {}
if has_outbox then
  local outbox, fields, answered = redis.call('HGETALL', KEYS[4]), {}, nil
  for i = 1, #outbox, 2 do
    if outbox[i] == 'm' then
      answered = outbox[i + 1]
    else
      fields[#fields + 1] = cjson.encode(outbox[i]) .. ':' .. cjson.encode(outbox[i + 1])
    end
  end
  -- A reply of an earlier version does not say what it answers.
  if answered then
    record_undelivered(KEYS[5], answered, ARGV[11])
    letter = letter .. ',"answered":' .. answered
  end
  -- What the provider says later of one of its parts makes no second letter of it.
  if last_turn and redis.call('HEXISTS', KEYS[10], 'b:' .. last_turn) == 1 then
    redis.call('HSET', KEYS[10], 'u:' .. last_turn, '1')
  end
  letter = letter .. ',"outbox":{' .. table.concat(fields, ',') .. '}'
  redis.call('DEL', KEYS[4])
else
  envelopes = redis.call('LRANGE', KEYS[3], '0', string.format('%d', tonumber(ARGV[8]) - 1))
  local list = {}
  for i, envelope in ipairs(envelopes) do
    list[i] = cjson.encode(envelope)
  end
  record(KEYS[5], envelopes, function() return 'p' .. ARGV[11] end)
  letter = letter .. ',"envelopes":[' .. table.concat(list, ',') .. ']'
  redis.call('LTRIM', KEYS[3], string.format('%d', #envelopes), '-1')
end
redis.call('HDEL', KEYS[2], 'n', 'o', 'd')
if has_outbox or #envelopes > 0 then
  redis.call('HSET', KEYS[7], ARGV[10], letter .. '}')
  redis.call('ZADD', KEYS[6], now, ARGV[10])
end
if #envelopes > 0 then
  tell(KEYS[8], ARGV[6], envelopes, function()
    return '{"c":"' .. ARGV[7] .. '","parked":' .. refs(envelopes) .. ',"reason":' .. ARGV[9] .. '}'
  end)
end
local keys = answered_by_transcript(envelopes)
if keys then
  add_entry(KEYS[9], '{"from":"failed","answers":' .. keys .. '}', ARGV[12])
  tell_added(KEYS[8], ARGV[6], ARGV[7], owner)
end
finish(redis.call('EXISTS', KEYS[3]) == 1)
if #envelopes == 0 then
  return {'[]', 0}
end
return {refs(envelopes), keys and 1 or 0}
