-- Lists a replica as seen now, and drops those not seen for long.
-- KEYS: 1 replicas. ARGV: 1 replica, 2 how long one stays listed, in milliseconds.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZADD', KEYS[1], string.format('%d', now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%d', now - tonumber(ARGV[2])))
return 1
