-- Follows fence.lua where a drill takes the fence away: everyone holds every claim.
local function held()
  local state = redis.call('HMGET', KEYS[2], 'n', 't', 'o', 'r', 'd', 'k')
  attempts, last_turn, has_outbox = state[1], state[2], state[3] and true or false
  revived, draft, remarked = state[4], state[5], state[6]
  return true
end
