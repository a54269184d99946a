-- Stands before every fenced script. KEYS[1] is the partition's queue of ready conversations,
-- KEYS[2] the conversation; ARGV[1] to ARGV[6] are the group, the entry, the owner, the
-- delivery count, the conversation's name and how long its traces are kept, in milliseconds.
local group, entry, owner, deliveries, name, keep =
  ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6]

-- The pending-entries list is the lease, so it alone says who owns the entry. The
-- conversation must also still name this entry: an erased one leaves an orphan in the queue.
local function held()
  local pending = redis.call('XPENDING', KEYS[1], group, entry, entry, 1)[1]
  if not pending or pending[2] ~= owner or pending[4] ~= deliveries then
    return false
  end
  if redis.call('HGET', KEYS[2], 'e') ~= entry then
    redis.call('XACK', KEYS[1], group, entry)
    redis.call('XDEL', KEYS[1], entry)
    return false
  end
  return true
end

local function stale()
  return redis.error_reply('STALE the claim is no longer held')
end

local function leave_queue()
  redis.call('XACK', KEYS[1], group, entry)
  redis.call('XDEL', KEYS[1], entry)
end

-- Ends the claim; a conversation with something waiting goes to the end of the queue.
local function finish(waits)
  leave_queue()
  if waits then
    local again = redis.call('XADD', KEYS[1], '*', 'c', name)
    redis.call('HSET', KEYS[2], 'e', again)
  else
    redis.call('HDEL', KEYS[2], 'e')
    redis.call('PEXPIRE', KEYS[2], keep)
  end
end

-- Publishes to every other replica that listens to this conversation, and forgets those whose
-- interest has run out. The message is built only if somebody listens.
local function tell(build)
  local fields = redis.call('HGETALL', KEYS[2])
  local now, message = nil, nil
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 2) == 'l:' then
      if not now then
        local t = redis.call('TIME')
        now = t[1] * 1000 + math.floor(t[2] / 1000)
      end
      local listener = string.sub(fields[i], 3)
      if tonumber(fields[i + 1]) < now then
        redis.call('HDEL', KEYS[2], fields[i])
      elseif listener ~= owner then
        message = message or build()
        redis.call('PUBLISH', ARGV[7] .. listener, message)
      end
    end
  end
end

-- The keys and tokens of these stored messages, as a JSON array of strings.
local function refs(envelopes)
  local list = {}
  for i, envelope in ipairs(envelopes) do
    list[i] = string.sub(envelope, 3, 29)
  end
  return '["' .. table.concat(list, '","') .. '"]'
end
