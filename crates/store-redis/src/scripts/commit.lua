-- Makes a turn's answer final, once.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 history, 5 outbox, 6 records, 7 watchers,
-- 8 remarks, 9 sent replies, 10 transcript.
-- ARGV: 1-5 fence, 6 event channels' prefix, 7 conversation's digest, 8 how many messages, 9 reply,
-- 10 outbox or '', 11 idle time in milliseconds, 12 how many turns the history keeps, 13 number of
-- the outbox's parts, 14 turn, 15 whether the history 'restarts' with it, 16 for how many milliseconds
-- the reply is kept after it was sent, or '', 17 how long the transcript is kept in milliseconds,
-- 18 until when the model knew what happened, or ''.
-- Answers which messages it answers, and whether the transcript has a new entry.

-- Keeps the reply for the provider's later word on it, as one of the newest 50. The fields of a
-- turn T are its outbox `b:T`, the number of its parts `n:T`, the messages it answers `m:T`, what the
-- provider said of part I `p:T:I`, and `u:T` if it will not arrive. `l` lists the turns.
local function keep_sent(sent, envelopes)
  local turn = ARGV[14]
  local turns = redis.call('HGET', sent, 'l')
  turns = turns and turns .. '\n' .. turn or turn
  local _, others = string.gsub(turns, '\n', '\n')
  if others >= 50 then
    local oldest = string.match(turns, '^[^\n]*')
    turns = string.sub(turns, #oldest + 2)
    local fields = {'b:' .. oldest, 'n:' .. oldest, 'm:' .. oldest, 'u:' .. oldest}
    for i = 1, tonumber(redis.call('HGET', sent, 'n:' .. oldest) or '0') do
      fields[#fields + 1] = 'p:' .. oldest .. ':' .. string.format('%d', i - 1)
    end
    redis.call('HDEL', sent, unpack(fields))
  end
  redis.call('HSET', sent, 'c', name, 'l', turns, 'b:' .. turn, ARGV[10], 'n:' .. turn, ARGV[13],
    'm:' .. turn, refs(envelopes))
  redis.call('PEXPIRE', sent, ARGV[16])
end

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
-- The customer is to be answered where they went, and not before what came earlier from elsewhere.
if leaving or forwarding or miscounts() then
  finish(true)
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
if ARGV[15] == 'restarts' then
  redis.call('DEL', KEYS[4])
  redis.call('LTRIM', KEYS[8], redis.call('HGET', KEYS[2], 'ks') or '0', '-1')
  redis.call('HDEL', KEYS[2], 'ks')
  if remarked and redis.call('EXISTS', KEYS[8]) == 0 then
    redis.call('HDEL', KEYS[6], 'remarks')
    redis.call('HDEL', KEYS[2], 'k')
    remarked = false
  end
end
local known = ARGV[18] ~= '' and ',"known":' .. ARGV[18] or ''
local turns = redis.call('RPUSH', KEYS[4],
  '{"v":1,"asked":[' .. table.concat(asked, ',') .. '],"reply":' .. reply .. known .. '}')
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
  add_entry(KEYS[10], entry, ARGV[17])
  tell_added(KEYS[7], ARGV[6], ARGV[7], owner)
end
if attempts or draft then
  redis.call('HDEL', KEYS[2], 'n', 'd')
end
if ARGV[10] ~= '' then
  redis.call('HSET', KEYS[5], 'b', ARGV[10], 'n', ARGV[13], 'm', refs(envelopes))
  redis.call('HSET', KEYS[2], 't', ARGV[14], 'o', '1')
  if ARGV[16] ~= '' then
    keep_sent(KEYS[9], envelopes)
  end
else
  finish(more ~= nil)
end
return {refs(envelopes), keys and 1 or 0}
