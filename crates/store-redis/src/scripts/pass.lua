-- Passes a lane, as the generic cell rate algorithm counts it, or answers how long to wait.
-- KEYS: 1 lane. ARGV: 1 how many may pass at once, 2 the time that one takes to be forgotten. All times
-- in microseconds: `t` is when the lane has forgotten everyone, `c` until when it is closed.
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local lane = redis.call('HMGET', KEYS[1], 't', 'c')
local period = tonumber(ARGV[2])
local forgets, opens = math.max(tonumber(lane[1] or 0), now), tonumber(lane[2] or 0)
local free = math.max(forgets - (tonumber(ARGV[1]) - 1) * period, opens)
if free > now then
  return string.format('%.0f', free - now)
end
forgets = forgets + period
redis.call('HSET', KEYS[1], 't', string.format('%.0f', forgets))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil((forgets - now) / 1000)))
return '0'
