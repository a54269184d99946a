-- The heartbeat: renews the leases that are still held. A plain XCLAIM would steal an entry back
-- from the owner that took it over, so the fence is checked first.
-- KEYS: 1 ready. ARGV: 1 group, 2 owner, then entry and delivery count of each claim.
local answers = {}
for i = 3, #ARGV, 2 do
  local entry = ARGV[i]
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], entry, entry, '1')[1]
  if pending and pending[2] == ARGV[2] and pending[4] == tonumber(ARGV[i + 1]) then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], '0', entry, 'JUSTID')
    answers[#answers + 1] = 1
  else
    answers[#answers + 1] = 0
  end
end
return answers
