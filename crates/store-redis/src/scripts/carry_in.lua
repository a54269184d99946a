-- Puts what is remembered of one conversation before what is remembered of another, once.
-- With it come the messages that waited there, if any did.
-- KEYS: 1 conversation, 2 transcript, 3 watchers, 4 history, 5 records, 6 remarks, 7 ready, 8 delayed,
-- 9 inbox. ARGV: 1 what the person is called who comes along, or '', 2 entry, 3 how long the transcript
-- is kept, 4 this replica, 5 event channels' prefix, 6 conversation's digest, 7 key digest, 8 its record
-- up to the time, 9 how long a key is remembered, 10 idle time, 11 how many turns the history keeps,
-- 12 whether there is no room, 13 and 14 how many turns and remarks are brought, 15 group,
-- 16 conversation's name, 17 name of the other, if the customer has just moved, or else '', 18 how many
-- conversations the messages have left before, then turns, remarks and messages. All times in
-- milliseconds.
-- Answers what was brought with this key, as `carry_out` wants it, whether it was now, and whether the
-- person has the conversation now (1) and the transcript a new entry (2).
local t = redis.call('TIME')
local now = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
local key, keep = ARGV[7], tonumber(ARGV[9])
local known = redis.call('HGET', KEYS[5], key)
if known and tonumber(string.sub(known, 28, 40)) + keep > tonumber(now) then
  return {string.sub(known, 42), 0, 0}
end
if ARGV[12] == '1' then
  return {'full', 0, 0}
end

-- What is beyond the limit is the oldest, which stands first.
local function put_first(list, first, last, limit)
  if last < first then
    return
  end
  for i = last, first, -1 do
    redis.call('LPUSH', list, ARGV[i])
  end
  redis.call('LTRIM', list, '-' .. limit, '-1')
  redis.call('PEXPIRE', list, ARGV[10])
end
local last_turn = 18 + tonumber(ARGV[13])
local last_remark = last_turn + tonumber(ARGV[14])
put_first(KEYS[4], 19, last_turn, ARGV[11])
put_first(KEYS[6], last_turn + 1, last_remark, MANY)

-- A person who has this conversation already goes on with it.
local function bring_person()
  if ARGV[1] == '' or redis.call('HSETNX', KEYS[1], 'p', ARGV[1]) == 0 then
    return 0
  end
  if redis.call('EXISTS', KEYS[2]) == 0 then
    return 1
  end
  add_entry(KEYS[2], ARGV[2], ARGV[3])
  tell_added(KEYS[3], ARGV[5], ARGV[6], ARGV[4])
  return 2
end
local person = bring_person()

local function described(first, last)
  local digest = redis.sha1hex(table.concat(ARGV, '\n', first, last))
  return string.format('%d', last - first + 1) .. ' ' .. digest
end
local brought = described(19, last_turn) .. ' ' .. described(last_turn + 1, last_remark)
if ARGV[1] ~= '' then
  brought = brought .. ' ' .. redis.sha1hex(ARGV[1])
end
redis.call('HSET', KEYS[5], key, ARGV[8] .. now .. 'r' .. brought)
redis.call('PEXPIRE', KEYS[5], ARGV[9])

-- A message that was accepted here as well is not taken in once more; one that was here and went on
-- is. Says whether it is to wait here now.
local function take_in(envelope)
  local of_it = string.sub(envelope, 3, 18)
  local before = redis.call('HGET', KEYS[5], of_it)
  local is_known = before and tonumber(string.sub(before, 28, 40)) + keep > tonumber(now)
  if is_known and string.sub(before, 41) ~= 'rf' then
    return false
  end
  redis.call('HSET', KEYS[5], of_it, string.sub(envelope, 19, 58) .. 'w')
  return true
end

local function accepted_at(envelope)
  return string.sub(envelope, 46, 58)
end

-- What arrives keeps its order, and stands where the time of its acceptance says: as a rule before all
-- that waits here. Says whether anything does not stand at the end.
local function put_in_order(arrived)
  local waiting = redis.call('LRANGE', KEYS[9], '0', '-1')
  local merged, place, first = {}, 1, nil
  for _, envelope in ipairs(arrived) do
    while waiting[place] and accepted_at(waiting[place]) < accepted_at(envelope) do
      merged[#merged + 1] = waiting[place]
      place = place + 1
    end
    first = first or place
    merged[#merged + 1] = envelope
  end
  for i = place, #waiting do
    merged[#merged + 1] = waiting[i]
  end
  if first == 1 and #waiting > 0 then
    redis.call('LTRIM', KEYS[9], '1', '0')
  elseif first <= #waiting then
    redis.call('LTRIM', KEYS[9], '0', string.format('%d', first - 2))
  end
  for i = first, #merged, 1000 do
    redis.call('RPUSH', KEYS[9], unpack(merged, i, math.min(i + 999, #merged)))
  end
  return first <= #waiting
end

local arrived = {}
for i = last_remark + 1, #ARGV do
  if take_in(ARGV[i]) then
    arrived[#arrived + 1] = ARGV[i]
  end
end
local entry = redis.call('HGET', KEYS[1], 'e')
if #arrived > 0 and put_in_order(arrived) and entry then
  entry = recount(KEYS[7], KEYS[1], ARGV[15], ARGV[16], entry)
end
if #arrived > 0 and not entry then
  entry = redis.call('XADD', KEYS[7], '*', 'c', ARGV[16])
  redis.call('HSET', KEYS[1], 'e', entry)
  if redis.call('HEXISTS', KEYS[5], REMARKS) == 1 then
    redis.call('HSET', KEYS[1], 'k', '1')
  end
end
if last_remark > last_turn then
  there_are_remarks(KEYS[1], KEYS[5], entry, now, ARGV[9])
end

if ARGV[17] ~= '' then
  -- The customer is here, and not on the way to where they come from.
  redis.call('HDEL', KEYS[5], MOVED)
  local leaving = redis.call('HGET', KEYS[1], 'w')
  if leaving and string.sub(leaving, 15) == ARGV[17] then
    redis.call('HDEL', KEYS[1], 'w')
  end
  return {brought, 1, person}
end
-- What comes here follows its customer, but not in circles for ever.
local moved, left = redis.call('HGET', KEYS[5], MOVED), tonumber(ARGV[18])
if moved and left < 9 and tonumber(string.sub(moved, 28, 40)) + keep > tonumber(now) then
  local leaving = string.format('%s%d', now, left + 1) .. string.sub(moved, 42)
  set_out(KEYS[7], KEYS[1], KEYS[8], ARGV[15], ARGV[16], leaving)
end
return {brought, 1, person}
