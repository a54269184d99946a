-- Drops consumers that hold nothing and have not been seen for a while: every start of a replica makes
-- a consumer of its own. KEYS: 1 ready. ARGV: 1 group, 2 how long unseen, in milliseconds.
local dropped = 0
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #info, 2 do consumer[info[i]] = info[i + 1] end
  if consumer.pending == 0 and consumer.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
    dropped = dropped + 1
  end
end
return dropped
