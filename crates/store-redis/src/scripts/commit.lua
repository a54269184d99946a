-- Makes a turn's answer final, once.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 history, 5 outbox, 6 records, 7 watchers,
-- 8 remarks, 9 transcript.
-- ARGV: 1-5 fence, 6 event channels' prefix, 7 conversation's digest, 8 how many messages, 9 reply,
-- 10 outbox or '', 11 idle time in milliseconds, 12 how many turns the history keeps, 13 number of
-- the outbox's parts, 14 turn, 15 how long the transcript is kept in milliseconds.
-- Answers which messages it answers, and whether the transcript has a new entry.
if not held() then
  return stale()
end
-- A commit that is handed in again, or arrives late, must not take the next messages for its own.
if last_turn == ARGV[14] then
  return {'[]', 0}
end
local count, reply = tonumber(ARGV[8]), ARGV[9]
-- One more than was answered tells whether anything is left.
local envelopes = redis.call('LRANGE', KEYS[3], '0', ARGV[8])
if #envelopes < count or has_outbox then
  return stale()
end
local more = table.remove(envelopes, count + 1)

local asked = {}
for i, envelope in ipairs(envelopes) do
  asked[i] = string.sub(envelope, line_end(envelope) + 1)
end
record(KEYS[6], envelopes, function(envelope)
  return string.sub(envelope, 2, 2) == 'r' and 'a' .. reply or 'a'
end)
local turns = redis.call('RPUSH', KEYS[4],
  '{"v":1,"asked":[' .. table.concat(asked, ',') .. '],"reply":' .. reply .. '}')
if turns > tonumber(ARGV[12]) then
  redis.call('LTRIM', KEYS[4], '-' .. ARGV[12], '-1')
end
redis.call('PEXPIRE', KEYS[4], ARGV[11])
if remarked then
  redis.call('PEXPIRE', KEYS[8], ARGV[11])
end
redis.call('LTRIM', KEYS[3], ARGV[8], '-1')
tell(KEYS[7], ARGV[6], envelopes, function()
  return '{"c":"' .. ARGV[7] .. '","committed":' .. refs(envelopes) .. ',"reply":' .. reply .. '}'
end)
local keys = answered_by_transcript(envelopes)
if keys then
  local text = cjson.encode(cjson.decode(reply).text)
  local entry = '{"from":"assistant","answers":' .. keys .. ',"text":' .. text .. '}'
  add_entry(KEYS[9], entry, ARGV[15])
  tell_added(KEYS[7], ARGV[6], ARGV[7], owner)
end
if attempts or draft then
  redis.call('HDEL', KEYS[2], 'n', 'd')
end
if ARGV[10] ~= '' then
  redis.call('HSET', KEYS[5], 'b', ARGV[10], 'n', ARGV[13])
  redis.call('HSET', KEYS[2], 't', ARGV[14], 'o', '1')
else
  finish(more ~= nil)
end
return {refs(envelopes), keys and 1 or 0}
