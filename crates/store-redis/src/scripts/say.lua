-- Adds what a person says to the transcript, once, and to the remarks.
-- KEYS: 1 conversation, 2 transcript, 3 watchers, 4 records, 5 remarks, 6 history. ARGV: 1 key digest,
-- 2 the record up to its time, 3 remark, 4 how long a key is remembered, 5 idle time, 6 entry, 7 how long
-- the transcript is kept, 8 this replica, 9 event channels' prefix, 10 conversation's digest. All times
-- in milliseconds. Answers 'new', 'duplicate', or 'unread' if there is no transcript.
if redis.call('EXISTS', KEYS[2]) == 0 then
  return 'unread'
end
local t = redis.call('TIME')
local now = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
local known = redis.call('HGET', KEYS[4], ARGV[1])
if known and tonumber(string.sub(known, 28, 40)) + tonumber(ARGV[4]) > tonumber(now) then
  return 'duplicate'
end
redis.call('HSET', KEYS[4], ARGV[1], ARGV[2] .. now .. 'r')
keep_remark(KEYS[1], KEYS[5], KEYS[6], ARGV[3], ARGV[5])
there_are_remarks(KEYS[1], KEYS[4], redis.call('HGET', KEYS[1], 'e'), now, ARGV[4])
add_entry(KEYS[2], ARGV[6], ARGV[7])
tell_added(KEYS[3], ARGV[9], ARGV[10], ARGV[8])
return 'new'
