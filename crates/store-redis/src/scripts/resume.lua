-- The model answers again.
-- KEYS: 1 conversation, 2 transcript, 3 watchers. ARGV: 1 entry, 2 how long the transcript is kept in
-- milliseconds, 3 this replica, 4 event channels' prefix, 5 conversation's digest.
-- Answers whether a person had it, and whether the transcript has a new entry.
if redis.call('HDEL', KEYS[1], 'p') == 0 then
  return {0, 0}
end
if redis.call('EXISTS', KEYS[2]) == 0 then
  return {1, 0}
end
add_entry(KEYS[2], ARGV[1], ARGV[2])
tell_added(KEYS[3], ARGV[4], ARGV[5], ARGV[3])
return {1, 1}
