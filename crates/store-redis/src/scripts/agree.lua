-- The value that all have: the first that was proposed. KEYS: 1 value. ARGV: 1 proposal, which is
-- none if it is empty.
local agreed = redis.call('GET', KEYS[1])
if agreed then
  return agreed
end
if ARGV[1] ~= '' then
  redis.call('SET', KEYS[1], ARGV[1])
end
return ARGV[1]
