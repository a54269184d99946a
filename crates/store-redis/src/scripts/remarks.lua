-- Stands before every script that keeps remarks.
--
-- They are rare, so whoever looks for none must not pay for them. A field of the records tells
-- `accept` that there are some, which reads it with what it reads anyway; and `accept` tells those
-- who open the conversation, by the field `k` of its hash. The field looks like a record, since a
-- script that drops what has run out reads the time of each.
local REMARKS = 'remarks'
-- How many remarks are kept that an answer knew, and of those that are no messages; and how many in
-- all, before messages are refused that no answer knew yet.
local FEW, MANY = 200, 1200

-- Says that there are remarks. `entry` is the conversation's place in the queue, if it has one.
local function there_are_remarks(conversation, records, entry, now, keep)
  redis.call('HSET', records, REMARKS, string.rep('-', 27) .. now .. 'n')
  redis.call('PEXPIRE', records, keep)
  if entry then
    redis.call('HSET', conversation, 'k', '1')
  end
end

local function kept_at(remark)
  return tonumber(string.match(remark, '^{"v":1,"kept":(%d+),')) or 0
end

-- When a remark is kept: now, and after the one before it, so that this is also their order, whatever
-- times the providers tell.
local function time_after(last)
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  return string.format('%d', math.max(now, (last and kept_at(last) or 0) + 1))
end

-- Whether it is a message that got no answer of its own. In what customers wrote quotes are escaped.
local function is_message(remark)
  return string.find(remark, '"unanswered":{', 1, true) ~= nil
end

-- Until when the answers knew what happened, as the newest turn tells.
local function known_until(history)
  local newest = redis.call('LINDEX', history, '-1')
  return newest and tonumber(string.match(newest, ',"known":(%d+)}$')) or -1
end

-- Whether one message more can be kept. The oldest remark goes for it only if an answer knew it, or
-- the person who has the conversation.
local function has_room(conversation, remarks, history)
  return redis.call('LLEN', remarks) < MANY
    or kept_at(redis.call('LINDEX', remarks, '0')) <= known_until(history)
    or redis.call('HEXISTS', conversation, 'p') == 1
end

-- Drops the remark that stands at this place. A turn at work that restarts the history forgets those
-- that it knew by their number.
local function drop(conversation, remarks, place, remark)
  redis.call('LREM', remarks, '1', remark)
  local opened_with = redis.call('HGET', conversation, 'ks')
  if opened_with and place <= tonumber(opened_with) then
    redis.call('HSET', conversation, 'ks', string.format('%d', tonumber(opened_with) - 1))
  end
end

-- Makes a list shorter that a message has made longer: two go for one that comes, so that what has
-- grown while nobody answered becomes short again.
local function drop_known(conversation, remarks, history, count)
  local known = known_until(history)
  for _, oldest in ipairs(redis.call('LRANGE', remarks, '0', '1')) do
    if count <= FEW or count <= MANY and kept_at(oldest) > known then
      return
    end
    drop(conversation, remarks, 1, oldest)
    count = count - 1
  end
end

-- Drops the oldest reaction, or else the oldest remark that is no message, if there are too many:
-- neither must push out what was said.
local function drop_beside(conversation, remarks)
  local all = redis.call('LRANGE', remarks, '0', '-2')
  local count, oldest, oldest_reaction = 0, nil, nil
  for place, remark in ipairs(all) do
    if not is_message(remark) then
      count, oldest = count + 1, oldest or place
      if not oldest_reaction and string.find(remark, '"what":{"reacted":', 1, true) then
        oldest_reaction = place
      end
    end
  end
  if count >= FEW then
    local place = oldest_reaction or oldest
    drop(conversation, remarks, place, all[place])
  end
end

-- Adds a remark, which begins with its version. It is kept for as long as the history beside it.
local function keep_remark(conversation, remarks, history, remark, idle)
  local at = time_after(redis.call('LINDEX', remarks, '-1'))
  remark = '{"v":1,"kept":' .. at .. ',' .. string.sub(remark, 8)
  local count = redis.call('RPUSH', remarks, remark)
  if count > FEW and is_message(remark) then
    drop_known(conversation, remarks, history, count)
  elseif count > FEW then
    drop_beside(conversation, remarks)
  end
  redis.call('PEXPIRE', remarks, idle)
  redis.call('PEXPIRE', history, idle)
end
