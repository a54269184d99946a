-- Sets aside what waits, since it goes on in another conversation, and reads what goes along. What was
-- set aside before goes first. `f` of the conversation's hash says where to: the key under which it
-- arrives there, in 16 characters, how many conversations it has left before this one, and the name.
-- KEYS: 1 ready, 2 conversation, 3 inbox, 4 what is set aside, 5 history, 6 remarks, 7 records.
-- ARGV: 1-5 fence, 6 the other conversation's name, 7 the key if nothing was set aside before.
-- Answers what `f` says, the messages, the turns, the remarks, and which person has the conversation.
if not held() then
  return stale()
end
if not forwarding and leaving and not has_outbox then
  forwarding = ARGV[7] .. string.sub(leaving, 14)
  if string.sub(forwarding, 18) == ARGV[6] then
    redis.call('HSET', KEYS[2], 'f', forwarding)
    if redis.call('EXISTS', KEYS[3]) == 1 then
      redis.call('RENAME', KEYS[3], KEYS[4])
      -- From now on these are on their way, and their customer may bring them back here before it is
      -- known that they arrived.
      record(KEYS[7], redis.call('LRANGE', KEYS[4], '0', '-1'), function() return 'rf' end)
    end
  else
    forwarding = nil
  end
end
if has_outbox or not forwarding or string.sub(forwarding, 18) ~= ARGV[6] then
  finish(has_outbox or redis.call('EXISTS', KEYS[3]) == 1)
  return stale()
end
return {
  forwarding,
  redis.call('LRANGE', KEYS[4], '0', '-1'),
  redis.call('LRANGE', KEYS[5], '0', '-1'),
  redis.call('LRANGE', KEYS[6], '0', '-1'),
  person or '',
}
