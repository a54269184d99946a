-- Stands before every fenced script. KEYS[1] is the partition's queue of ready conversations,
-- KEYS[2] the conversation; ARGV[1] to ARGV[5] are the group, the entry, the owner, the
-- delivery count, and the conversation's name.
--
-- The scripts make as few calls as they can: a call costs Redis more than what most of them do.
local group, entry, owner, deliveries, name =
  ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
-- What the conversation's hash says: its attempts, the last turn that left an outbox, whether
-- the outbox holds anything, and, if revived messages stand apart, the claim during which they came.
-- The draft is the message that shows the answer in the making. And whether there are remarks, and
-- which person has the conversation, if one has. And where the customer went, while something waits;
-- and where to what was set aside is on its way.
local attempts, last_turn, has_outbox, revived, draft, remarked, person, leaving, forwarding
-- During which claim something came before what its owner had seen waiting.
local recounted

local function leave_queue()
  redis.call('XACK', KEYS[1], group, entry)
  redis.call('XDEL', KEYS[1], entry)
end

-- The pending-entries list is the lease, so it alone says who owns the entry. The
-- conversation must also still name this entry: an erased one leaves an orphan in the queue.
local function held()
  local pending = redis.call('XPENDING', KEYS[1], group, entry, entry, '1')[1]
  if not pending or pending[2] ~= owner or pending[4] ~= deliveries then
    return false
  end
  local state = redis.call('HMGET', KEYS[2], 'e', 'n', 't', 'o', 'r', 'd', 'k', 'p', 'w', 'f', 'g')
  if state[1] ~= entry then
    leave_queue()
    return false
  end
  attempts, last_turn, has_outbox = state[2], state[3], state[4] and true or false
  revived, draft, remarked, person = state[5], state[6], state[7], state[8]
  leaving, forwarding, recounted = state[9], state[10], state[11]
  return true
end

local function stale()
  return redis.error_reply('STALE the claim is no longer held')
end

-- Ends the claim. A conversation with something waiting, or revived meanwhile, goes to the end of
-- the queue, and so does one that its customer left; the hash of any other is empty then, and gone.
local function finish(waits)
  leave_queue()
  if waits or revived or leaving or forwarding then
    redis.call('HSET', KEYS[2], 'e', redis.call('XADD', KEYS[1], '*', 'c', name))
  else
    redis.call('HDEL', KEYS[2], 'e', 'n', 't', 'd', 'k', 'ks', 'g')
  end
end

-- Whether this claim's owner, who counts messages from the head of the inbox, may mean others.
local function miscounts()
  return recounted == entry .. ':' .. ARGV[4]
end

-- Where the listener of an envelope ends and its JSON begins.
local function line_end(envelope)
  return string.find(envelope, '\n', 59, true)
end

-- Publishes to every other replica where somebody waits for one of these messages, or watches
-- the conversation. The event is built only if there is one.
local function tell(watchers, channels, envelopes, build)
  local listeners = {}
  for _, envelope in ipairs(envelopes) do
    listeners[string.sub(envelope, 59, line_end(envelope) - 1)] = true
  end
  local watching = redis.call('HGETALL', watchers)
  if #watching > 0 then
    local t = redis.call('TIME')
    local now = t[1] * 1000 + math.floor(t[2] / 1000)
    for i = 1, #watching, 2 do
      if tonumber(watching[i + 1]) < now then
        redis.call('HDEL', watchers, watching[i])
      else
        listeners[watching[i]] = true
      end
    end
  end
  listeners[''], listeners[owner] = nil, nil
  if next(listeners) then
    local event = build()
    for listener in pairs(listeners) do
      redis.call('PUBLISH', channels .. listener, event)
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

-- Says of the records of these messages how far they have come. A record that has run out, or
-- belongs to a later message with the same key, stays as it is.
local function record(records, envelopes, state)
  local keys = {}
  for i, envelope in ipairs(envelopes) do
    keys[i] = string.sub(envelope, 3, 18)
  end
  local updates = {}
  for first = 1, #keys, 1000 do
    local last = math.min(first + 999, #keys)
    local known = redis.call('HMGET', records, unpack(keys, first, last))
    for i = first, last do
      local envelope, old = envelopes[i], known[i - first + 1]
      if old and string.sub(old, 1, 11) == string.sub(envelope, 19, 29) then
        updates[#updates + 1] = keys[i]
        updates[#updates + 1] = string.sub(envelope, 19, 58) .. state(envelope)
      end
    end
  end
  for first = 1, #updates, 1000 do
    redis.call('HSET', records, unpack(updates, first, math.min(first + 999, #updates)))
  end
end
