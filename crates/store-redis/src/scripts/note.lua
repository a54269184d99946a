-- Stores what happened in a conversation, once: in the message that it is about, if that waits and
-- nobody is at work on it, or else as a remark.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 history, 5 records, 6 remarks, 7 revived messages, 8 dead
-- letters.
-- ARGV: 1 group, 2 key digest, 3 its record up to the time, 4 how long a key is remembered, 5 idle
-- time, 6 the remark, 7 how the stored message that it changes spells its reference, or '',
-- 8 and 9 its new text and attachments as JSON, or '' if it is taken back, 10 whether there is no room,
-- 11 how the reference of the message is spelled that must be known here, or '' if none must. All times
-- in milliseconds.
local t = redis.call('TIME')
local now = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
local key, keep = ARGV[2], tonumber(ARGV[4])

local known = redis.call('HGET', KEYS[5], key)
if known and tonumber(string.sub(known, 28, 40)) + keep > tonumber(now) then
  return 'duplicate'
end

-- Whether this conversation has to do with the message that this is about. A dead letter holds its
-- messages as strings.
local function is_of_a_known_message()
  for _, list in ipairs({KEYS[3], KEYS[7], KEYS[4], KEYS[6]}) do
    for _, stored in ipairs(redis.call('LRANGE', list, '0', '-1')) do
      if string.find(stored, ARGV[11], 1, true) then
        return true
      end
    end
  end
  local within = string.sub(cjson.encode(ARGV[11]), 2, -2)
  for _, letter in ipairs(redis.call('HVALS', KEYS[8])) do
    if string.find(letter, within, 1, true) then
      return true
    end
  end
  return false
end
if ARGV[11] ~= '' and not is_of_a_known_message() then
  return 'ignored'
end
if ARGV[10] == '1' then
  return 'full'
end
if is_message(ARGV[6]) and not has_room(KEYS[2], KEYS[6], KEYS[4]) then
  return string.format('many %d', MANY)
end

-- JSON as the gateway writes it, so that a reference is found again after a change.
local function json(value)
  if type(value) == 'number' then
    return string.format('%.17g', value)
  end
  return (string.gsub(cjson.encode(value), '\\/', '/'))
end

-- The stored message with new words; all else of it stays.
local function reworded(stored)
  local message = {'"text":' .. ARGV[8], '"attachments":' .. ARGV[9]}
  for field, value in pairs(stored.message) do
    if field ~= 'text' and field ~= 'attachments' then
      message[#message + 1] = json(field) .. ':' .. json(value)
    end
  end
  local whole = {'"message":{' .. table.concat(message, ',') .. '}'}
  for field, value in pairs(stored) do
    if field ~= 'message' then
      whole[#whole + 1] = json(field) .. ':' .. json(value)
    end
  end
  return '{' .. table.concat(whole, ',') .. '}'
end

local function take_back(list, envelope)
  redis.call('LREM', list, '1', envelope)
  local of_it = string.sub(envelope, 3, 18)
  local record = redis.call('HGET', KEYS[5], of_it)
  if record and string.sub(record, 1, 11) == string.sub(envelope, 19, 29) then
    redis.call('HSET', KEYS[5], of_it, string.sub(record, 1, 40) .. 't')
  end
end

-- Changes the message that waits in this list. Says whether it does. A message that a later version
-- stored is none that could be changed here. Quotes within a text are escaped, so a reference can't
-- be found in what a customer wrote.
local function amend(list)
  for i, envelope in ipairs(redis.call('LRANGE', list, '0', '-1')) do
    local line = string.find(envelope, '\n', 59, true)
    if string.sub(envelope, 1, 1) == '1' and string.find(envelope, ARGV[7], line, true) then
      if ARGV[8] == '' then
        take_back(list, envelope)
      else
        local stored = cjson.decode(string.sub(envelope, line + 1))
        redis.call('LSET', list, i - 1, string.sub(envelope, 1, line) .. reworded(stored))
      end
      return true
    end
  end
  return false
end

redis.call('HSET', KEYS[5], key, ARGV[3] .. now .. 'r')
redis.call('PEXPIRE', KEYS[5], ARGV[4])
local entry = redis.call('HGET', KEYS[2], 'e')
if ARGV[7] ~= '' and entry then
  local is_claimed = entry ~= 'delayed'
    and redis.call('XPENDING', KEYS[1], ARGV[1], entry, entry, '1')[1]
  if not is_claimed and (amend(KEYS[7]) or amend(KEYS[3])) then
    return 'amended'
  end
end
keep_remark(KEYS[2], KEYS[6], KEYS[4], ARGV[6], ARGV[5])
there_are_remarks(KEYS[2], KEYS[5], entry, now, ARGV[4])
return 'kept'
