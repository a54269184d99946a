-- Stores one message, at most once, and queues its conversation, exactly once.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 history, 5 seen keys, 6 records.
-- ARGV: 1 conversation's name, 2 key digest, 3 token and fingerprint, 4 envelope, 5 how long a key is
-- remembered, 6 how many may wait, 7 idle time, 8 listener or '', 9 how long it listens, 10 '1' if the
-- answer is recorded. All times in milliseconds.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local key, keep = ARGV[2], tonumber(ARGV[5])

local function listen()
  if ARGV[8] ~= '' then
    redis.call('HSET', KEYS[2], 'l:' .. ARGV[8], now + tonumber(ARGV[9]))
  end
end

local seen = redis.call('ZSCORE', KEYS[5], key)
if seen and tonumber(seen) + keep > now then
  local record = redis.call('HGET', KEYS[6], key)
  if record then
    if ARGV[10] == '1' and string.sub(record, 12, 27) ~= string.sub(ARGV[3], 12, 27) then
      return {'conflict'}
    end
    if string.sub(record, 28, 28) == 'w' then
      listen()
    end
    return {'duplicate', record}
  end
end

if redis.call('LLEN', KEYS[3]) >= tonumber(ARGV[6]) then
  return {'many'}
end

redis.call('ZADD', KEYS[5], now, key)
redis.call('HSET', KEYS[6], key, ARGV[3] .. 'w')
redis.call('RPUSH', KEYS[3], ARGV[4])
if not redis.call('HGET', KEYS[2], 'e') then
  local entry = redis.call('XADD', KEYS[1], '*', 'c', ARGV[1])
  redis.call('HSET', KEYS[2], 'e', entry)
  redis.call('PERSIST', KEYS[2])
end
listen()
redis.call('PEXPIRE', KEYS[4], ARGV[7])
redis.call('PEXPIRE', KEYS[5], ARGV[5])
redis.call('PEXPIRE', KEYS[6], ARGV[5])

-- A bounded number of keys that have run out is dropped with every new one.
local old = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', now - keep, 'LIMIT', 0, 16)
if #old > 0 then
  redis.call('ZREM', KEYS[5], unpack(old))
  redis.call('HDEL', KEYS[6], unpack(old))
end
return {'new'}
