-- Takes an office, or stays in it. KEYS: 1 office. ARGV: 1 holder, 2 term in milliseconds.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
