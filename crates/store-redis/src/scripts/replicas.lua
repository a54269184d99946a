-- Names the replicas that were seen lately.
-- KEYS: 1 replicas. ARGV: 1 how long ago at most, in milliseconds.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%d', now - tonumber(ARGV[1])), '+inf')
