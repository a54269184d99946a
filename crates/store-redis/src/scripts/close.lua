-- Closes a lane for a while; a shorter while ends no longer one.
-- KEYS: 1 lane. ARGV: 1 how long, in microseconds.
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local lane = redis.call('HMGET', KEYS[1], 't', 'c')
local opens = math.max(now + tonumber(ARGV[1]), tonumber(lane[2] or 0))
local stays = math.max(opens, tonumber(lane[1] or 0))
redis.call('HSET', KEYS[1], 'c', string.format('%.0f', opens))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil((stays - now) / 1000)))
return 1
