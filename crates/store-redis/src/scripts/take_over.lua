-- A person has the conversation from now on.
-- KEYS: 1 conversation, 2 transcript, 3 watchers. ARGV: 1 what the person is called, 2 entry, 3 how long
-- the transcript is kept in milliseconds, 4 this replica, 5 event channels' prefix, 6 conversation's
-- digest. Answers whether the transcript has a new entry.
if redis.call('HGET', KEYS[1], 'p') == ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'p', ARGV[1])
if redis.call('EXISTS', KEYS[2]) == 0 then
  return 0
end
add_entry(KEYS[2], ARGV[2], ARGV[3])
tell_added(KEYS[3], ARGV[5], ARGV[6], ARGV[4])
return 1
