-- Erases a conversation. A claim on it becomes stale. An entry that was not handed out yet stays in
-- the queue as an orphan, since deleting it would make the group's lag unknown; whoever gets it
-- finds that the conversation doesn't name it, and drops it.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 history, 5 outbox, 6 records, 7 watchers, 8 dead letters
-- of the conversation, 9 dead letters by time, 10 delayed, 11 revived messages, 12 remarks,
-- 13 rate, 14 sent replies, 15 transcript, 16 rates, 17 messages on their way elsewhere.
-- ARGV: 1 group, 2 conversation's name, 3 this replica, 4 event channels' prefix, 5 conversation's digest.
local entry = redis.call('HGET', KEYS[2], 'e')
if entry and entry ~= 'delayed' and redis.call('XACK', KEYS[1], ARGV[1], entry) == 1 then
  redis.call('XDEL', KEYS[1], entry)
end
redis.call('ZREM', KEYS[10], ARGV[2])
for _, id in ipairs(redis.call('HKEYS', KEYS[8])) do
  redis.call('ZREM', KEYS[9], id)
end
-- Who waits for an answer, or watches, had better look again.
local listeners = {}
for _, list in ipairs({KEYS[3], KEYS[11]}) do
  for _, envelope in ipairs(redis.call('LRANGE', list, '0', '-1')) do
    local line = string.find(envelope, '\n', 59, true)
    listeners[line and string.sub(envelope, 59, line - 1) or ''] = true
  end
end
for _, watching in ipairs(redis.call('HKEYS', KEYS[7])) do
  listeners[watching] = true
end
listeners[''], listeners[ARGV[3]] = nil, nil
for listener in pairs(listeners) do
  redis.call('PUBLISH', ARGV[4] .. listener, '{"c":"' .. ARGV[5] .. '","e":{"event":"missed"}}')
end
-- That somebody watches it is not yet something to be erased.
redis.call('DEL', KEYS[7], KEYS[11], KEYS[13], KEYS[16])
return redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[8], KEYS[12], KEYS[14],
  KEYS[15], KEYS[17])
