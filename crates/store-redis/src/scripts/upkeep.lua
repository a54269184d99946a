-- Takes over what dead owners of one partition held, and names the conversations that are due.
-- KEYS: 1 ready, 2 delayed. ARGV: 1 group, 2 owner, 3 lease in milliseconds, 4 how many at most.
-- Answers {{entry, conversation's name, deliveries} ...}, {conversation's name ...}.
local limit = tonumber(ARGV[4])
local taken, cursor = {}, '0-0'
repeat
  local page = redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], cursor, 'COUNT', limit - #taken)
  cursor = page[1]
  for _, found in ipairs(page[2]) do
    local pending = redis.call('XPENDING', KEYS[1], ARGV[1], found[1], found[1], '1')[1]
    taken[#taken + 1] = {found[1], found[2][2], pending[4]}
  end
until cursor == '0-0' or #taken >= limit

local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
return {taken, redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 64)}
