-- The value that all have: the first that was proposed. KEYS: 1 value. ARGV: 1 proposal.
local agreed = redis.call('GET', KEYS[1])
if agreed then
  return agreed
end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]
