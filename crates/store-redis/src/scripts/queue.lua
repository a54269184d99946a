-- Counts the work of one partition. KEYS: 1 ready, 2 delayed, 3 dead letters by time. ARGV: 1 group.
-- Answers ready, claimed, delayed, dead, and how long the oldest ready one has waited in milliseconds.
local claimed = redis.call('XPENDING', KEYS[1], ARGV[1])[1]
local ready = math.max(redis.call('XLEN', KEYS[1]) - claimed, 0)
local waited = 0
if ready > 0 then
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local last = nil
    for i = 1, #info, 2 do
      if info[i] == 'last-delivered-id' then last = info[i + 1] end
    end
    local next_entry = last and redis.call('XRANGE', KEYS[1], '(' .. last, '+', 'COUNT', 1)[1]
    if next_entry then
      local t = redis.call('TIME')
      local now = t[1] * 1000 + math.floor(t[2] / 1000)
      waited = math.max(now - tonumber(string.match(next_entry[1], '^(%d+)-')), 0)
    end
  end
end
return {ready, claimed, redis.call('ZCARD', KEYS[2]), redis.call('ZCARD', KEYS[3]), waited}
