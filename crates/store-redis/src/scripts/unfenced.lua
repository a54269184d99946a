-- Follows fence.lua where a drill takes the fence away: everyone holds every claim.
local function held()
  local state = redis.call('HMGET', KEYS[2], 'n', 't', 'o', 'r', 'd')
  attempts, last_turn, has_outbox = state[1], state[2], state[3] and true or false
  revived, draft = state[4], state[5]
  return true
end
