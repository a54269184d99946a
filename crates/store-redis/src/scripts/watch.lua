-- Registers a replica's interest in a conversation, and tells the one that is answering it now.
-- KEYS: 1 ready, 2 conversation, 3 watchers. ARGV: 1 group, 2 listener, 3 how long it listens in
-- milliseconds, 4 event channels' prefix, 5 conversation's digest.
local t = redis.call('TIME')
local until_when = t[1] * 1000 + math.floor(t[2] / 1000) + tonumber(ARGV[3])
redis.call('HSET', KEYS[3], ARGV[2], string.format('%d', until_when))
redis.call('PEXPIRE', KEYS[3], ARGV[3])
local entry = redis.call('HGET', KEYS[2], 'e')
if entry and entry ~= 'delayed' then
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], entry, entry, '1')[1]
  if pending and pending[2] ~= ARGV[2] then
    redis.call('PUBLISH', ARGV[4] .. pending[2], '{"c":"' .. ARGV[5] .. '","listen":' .. cjson.encode(ARGV[2]) .. '}')
  end
end
return 1
