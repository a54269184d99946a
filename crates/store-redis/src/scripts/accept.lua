-- Stores one message, at most once, and queues its conversation, exactly once.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 history, 5 records, 6 watchers.
-- ARGV: 1 conversation's name, 2 key digest, 3 first half of the envelope, 4 its second half,
-- 5 how long a key is remembered, 6 how many may wait, 7 idle time, 8 listener or '', 9 how long it
-- listens, 10 whether there is no room for more than what is known. All times in milliseconds.
local t = redis.call('TIME')
local now = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
local key, keep = ARGV[2], tonumber(ARGV[5])

local record = redis.call('HGET', KEYS[5], key)
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
-- Only a conversation in the queue can have messages waiting.
if entry and redis.call('LLEN', KEYS[3]) >= tonumber(ARGV[6]) then
  return {'many'}
end

redis.call('HSET', KEYS[5], key, string.sub(ARGV[3], 19, 45) .. now .. 'w')
redis.call('PEXPIRE', KEYS[5], ARGV[5])
redis.call('RPUSH', KEYS[3], ARGV[3] .. now .. ARGV[4])
if not entry then
  redis.call('HSET', KEYS[2], 'e', redis.call('XADD', KEYS[1], '*', 'c', ARGV[1]))
end
redis.call('PEXPIRE', KEYS[4], ARGV[7])

-- Records that have run out are dropped by sampling: every eighth message looks at 32 of them,
-- which keeps what has run out to a third of what has not. The records of a conversation that
-- falls silent run out as a whole.
if string.byte(key) % 8 == 0 and redis.call('HLEN', KEYS[5]) > 64 then
  local sample = redis.call('HRANDFIELD', KEYS[5], '32', 'WITHVALUES')
  for i = 1, #sample, 2 do
    if tonumber(string.sub(sample[i + 1], 28, 40)) + keep <= tonumber(now) then
      redis.call('HDEL', KEYS[5], sample[i])
    end
  end
end
return {'new'}
