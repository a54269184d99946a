-- Follows fence.lua where a drill takes the fence away: everyone holds every claim.
local function held()
  local state = redis.call('HMGET', KEYS[2], 'n', 't', 'o', 'r', 'd', 'k', 'p', 'w', 'f')
  attempts, last_turn, has_outbox = state[1], state[2], state[3] and true or false
  revived, draft, remarked, person = state[4], state[5], state[6], state[7]
  leaving, forwarding = state[8], state[9]
  return true
end
