-- Reads all that a turn needs.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 history, 5 outbox, 6 watchers, 7 revived
-- messages, 8 remarks, 9 records. ARGV: 1-5 fence, 6 last index of the messages, 7 idle time,
-- 8 how long a key is remembered, and with it where a customer went; both in milliseconds;
-- 9 event channels' prefix, 10 conversation's digest.
if not held() then
  return stale()
end
-- A turn counts its messages from the head of the inbox, so what was revived during a claim goes
-- there only when the next one begins, however often this one is opened.
if revived and revived ~= entry .. ':' .. ARGV[4] then
  while redis.call('LMOVE', KEYS[7], KEYS[3], 'RIGHT', 'LEFT') do end
  redis.call('HDEL', KEYS[2], 'r')
end
-- What comes while a person has the conversation is theirs to answer, and the model's to know of.
local theirs = person and redis.call('LRANGE', KEYS[3], '0', '-1') or {}
if #theirs > 0 then
  local t = redis.call('TIME')
  record(KEYS[9], theirs, function() return 'r' end)
  for _, envelope in ipairs(theirs) do
    local message = string.sub(envelope, line_end(envelope) + 1)
    keep_remark(KEYS[2], KEYS[8], KEYS[4], '{"v":1,"unanswered":' .. message .. '}', ARGV[7])
  end
  local now = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
  there_are_remarks(KEYS[2], KEYS[9], entry, now, ARGV[8])
  redis.call('DEL', KEYS[3])
  -- Who waits for an answer to them waits in vain.
  tell(KEYS[6], ARGV[9], theirs, function()
    return '{"c":"' .. ARGV[10] .. '","e":{"event":"missed"}}'
  end)
  if not has_outbox then
    redis.call('HDEL', KEYS[2], 'n', 'd')
    attempts, draft = nil, nil
  end
  remarked = true
end
local moved_to = forwarding and string.sub(forwarding, 18) or ''
if leaving and not forwarding then
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  if tonumber(string.sub(leaving, 1, 13)) + tonumber(ARGV[8]) > now then
    moved_to = string.sub(leaving, 15)
  else
    redis.call('HDEL', KEYS[2], 'w')
  end
end
local outbox = has_outbox and redis.call('HGETALL', KEYS[5]) or {}
-- How long ago the intent to send was written, if it stands.
local since, is_sending
for i = 1, #outbox, 2 do
  if outbox[i] == 'at' then
    since = outbox[i + 1]
  elseif outbox[i + 1] == 's' and string.sub(outbox[i], 1, 2) == 's:' then
    is_sending = true
  end
end
local sending_for = ''
if since and is_sending then
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  sending_for = string.format('%d', math.max(now - tonumber(since), 0))
end
-- A turn that restarts the history forgets the remarks that it knew, and none that came later.
local remarks = remarked and redis.call('LRANGE', KEYS[8], '0', '-1') or {}
if #remarks > 0 then
  redis.call('HSET', KEYS[2], 'ks', #remarks)
end
return {
  redis.call('LRANGE', KEYS[3], '0', ARGV[6]),
  redis.call('LRANGE', KEYS[4], '0', '-1'),
  outbox,
  redis.call('HKEYS', KEYS[6]),
  attempts or '0',
  draft or '',
  remarks,
  sending_for,
  moved_to,
  #theirs > 0 and 1 or 0,
}
