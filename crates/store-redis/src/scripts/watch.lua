-- Registers a replica's interest in a conversation, and tells the one that is answering it now.
-- KEYS: 1 ready, 2 conversation. ARGV: 1 group, 2 listener, 3 how long it listens in milliseconds,
-- 4 event channels' prefix, 5 conversation's digest.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('HSET', KEYS[2], 'l:' .. ARGV[2], now + tonumber(ARGV[3]))
local entry = redis.call('HGET', KEYS[2], 'e')
if not entry then
  if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[3]) then
    redis.call('PEXPIRE', KEYS[2], ARGV[3])
  end
elseif entry ~= 'delayed' then
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], entry, entry, 1)[1]
  if pending and pending[2] ~= ARGV[2] then
    redis.call('PUBLISH', ARGV[4] .. pending[2], '{"c":"' .. ARGV[5] .. '","listen":' .. cjson.encode(ARGV[2]) .. '}')
  end
end
return 1
