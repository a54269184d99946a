-- The heartbeat: renews the leases that are still held. A plain XCLAIM would steal an entry back
-- from the owner that took it over, so the fence is checked first.
-- KEYS: 1 ready, 2 interrupted claims. ARGV: 1 group, 2 owner, 3 how long an interruption outlives its
-- last heartbeat in milliseconds, then entry and delivery count of each claim.
-- Answers of each claim 0 if it is lost, 1 if it is held, 2 if it is held and interrupted.
local answers = {}
local are_some_interrupted = redis.call('EXISTS', KEYS[2]) == 1
for i = 4, #ARGV, 2 do
  local entry = ARGV[i]
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], entry, entry, '1')[1]
  if pending and pending[2] == ARGV[2] and pending[4] == tonumber(ARGV[i + 1]) then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], '0', entry, 'JUSTID')
    local claim = entry .. ':' .. ARGV[i + 1]
    if are_some_interrupted and redis.call('ZSCORE', KEYS[2], claim) then
      local t = redis.call('TIME')
      local ends = t[1] * 1000 + math.floor(t[2] / 1000) + tonumber(ARGV[3])
      redis.call('ZADD', KEYS[2], string.format('%d', ends), claim)
      redis.call('PEXPIRE', KEYS[2], ARGV[3])
      answers[#answers + 1] = 2
    else
      answers[#answers + 1] = 1
    end
  else
    answers[#answers + 1] = 0
  end
end
return answers
