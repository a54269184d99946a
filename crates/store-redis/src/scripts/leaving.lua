-- Stands before every script that sends a customer's conversation on.
--
-- The field `w` of a conversation's hash says where its customer went, for as long as anything waits:
-- when, in 13 digits, how many conversations what waits has left before, in one, and the other
-- conversation's name. The field `moved` of its records says so for what comes here later from where the
-- customer was before; it looks like a record, as that of the remarks does.
local MOVED = 'moved'

-- Lets what waits go on elsewhere. Whoever is at work on it is stale, unless a reply is on its way.
local function set_out(ready, conversation, delayed, group, name, leaving)
  local state = redis.call('HMGET', conversation, 'e', 'o')
  local entry, has_outbox = state[1], state[2]
  redis.call('HSET', conversation, 'w', leaving)
  if entry and has_outbox then
    return
  end
  if entry == 'delayed' then
    redis.call('ZREM', delayed, name)
  elseif entry and redis.call('XACK', ready, group, entry) == 1 then
    redis.call('XDEL', ready, entry)
  elseif entry then
    return
  end
  redis.call('HSET', conversation, 'e', redis.call('XADD', ready, '*', 'c', name))
end

-- An owner counts what it answers from the head of the inbox, where something else stands now. It is
-- stale, unless a reply is on its way: then it may send that, and nothing more. Answers the entry under
-- which the conversation is queued.
local function recount(ready, conversation, group, name, entry)
  if entry == 'delayed' then
    return entry
  end
  if redis.call('HEXISTS', conversation, 'o') == 1 then
    local claim = redis.call('XPENDING', ready, group, entry, entry, '1')[1]
    if claim then
      redis.call('HSET', conversation, 'g', entry .. ':' .. string.format('%d', claim[4]))
    end
  elseif redis.call('XACK', ready, group, entry) == 1 then
    redis.call('XDEL', ready, entry)
    entry = redis.call('XADD', ready, '*', 'c', name)
    redis.call('HSET', conversation, 'e', entry)
  end
  return entry
end
