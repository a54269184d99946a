-- Stores one message, at most once, and queues its conversation, exactly once.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 history, 5 records, 6 watchers, 7 rate, 8 remarks,
-- 9 transcript.
-- ARGV: 1 conversation's name, 2 key digest, 3 first half of the envelope, 4 its second half,
-- 5 how long a key is remembered, 6 how many may wait, 7 idle time, 8 listener or '', 9 how long it
-- listens, 10 whether there is no room for more than what is known, 11 how long one message takes
-- to be forgotten by the rate, or '' without one, 12 how far the rate may be ahead of the time. All
-- times in milliseconds. 13 whose rate it is in a conversation of several, or '', 14 whether it begins
-- the conversation anew. Only of a message that is answered by transcript: 15 its entry, 16 how long the
-- transcript is kept, 17 this replica, 18 event channels' prefix, 19 conversation's digest.
local t = redis.call('TIME')
local now = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
local key, keep = ARGV[2], tonumber(ARGV[5])

local function tell_readers()
  if ARGV[15] then
    add_entry(KEYS[9], ARGV[15], ARGV[16])
    tell_added(KEYS[6], ARGV[18], ARGV[19], ARGV[17])
  end
end

-- A rate is kept as the time when all of its burst will be there again, with a mark if the sender was
-- told that it is over the rate, and goes by itself at that time. Those who share a conversation have
-- theirs in a hash, by sender.
local function read_rate()
  if ARGV[13] == '' then
    return redis.call('GET', KEYS[7]) or '0'
  end
  return redis.call('HGET', KEYS[7], ARGV[13]) or '0'
end

-- Forgets the rates that have come to rest. If there are too many others, those of them go that would
-- be the next.
local function drop_rates()
  local rates = redis.call('HGETALL', KEYS[7])
  local free, senders = {}, {}
  for i = 1, #rates, 2 do
    senders[#senders + 1] = rates[i]
    free[rates[i]] = tonumber(string.match(rates[i + 1], '^%d+'))
  end
  table.sort(senders, function(one, other) return free[one] < free[other] end)
  local surplus = #senders - 256
  for i, sender in ipairs(senders) do
    if i > surplus and free[sender] > tonumber(now) then
      return
    end
    redis.call('HDEL', KEYS[7], sender)
  end
end

local function keep_rate(free, mark)
  local kept = string.format('%d', free) .. mark
  if ARGV[13] == '' then
    redis.call('SET', KEYS[7], kept, 'PX', string.format('%d', free - tonumber(now)))
    return
  end
  if redis.call('HSET', KEYS[7], ARGV[13], kept) == 1 and redis.call('HLEN', KEYS[7]) > 512 then
    drop_rates()
  end
  redis.call('PEXPIRE', KEYS[7], string.format('%d', ARGV[11] + ARGV[12]))
end

local known = redis.call('HMGET', KEYS[5], key, REMARKS)
local record, remarked = known[1], known[2]
if record and tonumber(string.sub(record, 28, 40)) + keep > tonumber(now) then
  local recorded = string.sub(ARGV[3], 2, 2) ~= 'c'
  if recorded and string.sub(record, 12, 27) ~= string.sub(ARGV[3], 30, 45) then
    return {'conflict'}
  end
  if ARGV[8] ~= '' and string.sub(record, 41, 41) == 'w' then
    redis.call('HSET', KEYS[6], ARGV[8], string.format('%d', tonumber(now) + tonumber(ARGV[9])))
    redis.call('PEXPIRE', KEYS[6], ARGV[9])
  end
  return {'duplicate', record}
end

if ARGV[10] == '1' then
  return {'full'}
end
local entry = redis.call('HGET', KEYS[2], 'e')
-- An entry that somebody took out of the stream would leave the conversation waiting for ever.
if entry and entry ~= 'delayed' and #redis.call('XRANGE', KEYS[1], entry, entry) == 0 then
  entry = redis.call('XADD', KEYS[1], '*', 'c', ARGV[1])
  redis.call('HSET', KEYS[2], 'e', entry)
end

local rate, free, is_over
if ARGV[11] ~= '' then
  rate = read_rate()
  free = math.max(tonumber(string.match(rate, '^%d+')), tonumber(now))
  is_over = free - tonumber(now) > tonumber(ARGV[12])
end
local after = ARGV[4]
local line = is_over and string.find(after, '\n', 1, true)
-- A notice would take the place of a new beginning, so the notice is left to the next message.
if is_over and (string.sub(rate, -1) == '!' or ARGV[14] == '1') then
  if not has_room(KEYS[2], KEYS[8], KEYS[4]) then
    return {'many', string.format('%d', MANY)}
  end
  redis.call('HSET', KEYS[5], key, string.sub(ARGV[3], 19, 45) .. now .. 'r')
  keep_remark(KEYS[2], KEYS[8], KEYS[4], '{"v":1,"unanswered":' .. string.sub(after, line + 1) .. '}', ARGV[7])
  there_are_remarks(KEYS[2], KEYS[5], entry, now, ARGV[5])
  tell_readers()
  return {'recorded'}
end
-- Only a conversation in the queue can have messages waiting.
if entry and redis.call('LLEN', KEYS[3]) >= tonumber(ARGV[6]) then
  return {'many'}
end

if is_over then
  keep_rate(free, '!')
  after = string.sub(after, 1, line) .. '{"slow":true,' .. string.sub(after, line + 2)
elseif free then
  -- Who was told stays told until the whole burst is there again, or each answer would bring a notice.
  local told = free > tonumber(now) and string.sub(rate, -1) == '!' and '!' or ''
  keep_rate(free + tonumber(ARGV[11]), told)
end
redis.call('HSET', KEYS[5], key, string.sub(ARGV[3], 19, 45) .. now .. 'w')
redis.call('PEXPIRE', KEYS[5], ARGV[5])
redis.call('RPUSH', KEYS[3], ARGV[3] .. now .. after)
if remarked and redis.call('PEXPIRE', KEYS[8], ARGV[7]) == 0 then
  redis.call('HDEL', KEYS[5], REMARKS)
  remarked = false
end
if not entry then
  entry = redis.call('XADD', KEYS[1], '*', 'c', ARGV[1])
  if remarked then
    redis.call('HSET', KEYS[2], 'e', entry, 'k', '1')
  else
    redis.call('HSET', KEYS[2], 'e', entry)
  end
end
redis.call('PEXPIRE', KEYS[4], ARGV[7])
tell_readers()

-- Records that have run out are dropped by sampling: every eighth message looks at 32 of them,
-- which keeps what has run out to a third of what has not. The records of a conversation that
-- falls silent run out as a whole.
if string.byte(key) % 8 == 0 and redis.call('HLEN', KEYS[5]) > 64 then
  local sample = redis.call('HRANDFIELD', KEYS[5], '32', 'WITHVALUES')
  for i = 1, #sample, 2 do
    local is_old = tonumber(string.sub(sample[i + 1], 28, 40)) + keep <= tonumber(now)
    if is_old and sample[i] ~= REMARKS then
      redis.call('HDEL', KEYS[5], sample[i])
    end
  end
end
return {'new'}
