-- Stands before every script that keeps remarks.
--
-- They are rare, so whoever looks for none must not pay for them. A field of the records tells
-- `accept` that there are some, which reads it with what it reads anyway; and `accept` tells those
-- who open the conversation, by the field `k` of its hash. The field looks like a record, since a
-- script that drops what has run out reads the time of each.
local REMARKS = 'remarks'

-- Says that there are remarks. `entry` is the conversation's place in the queue, if it has one.
local function there_are_remarks(conversation, records, entry, now, keep)
  redis.call('HSET', records, REMARKS, string.rep('-', 27) .. now .. 'n')
  redis.call('PEXPIRE', records, keep)
  if entry then
    redis.call('HSET', conversation, 'k', '1')
  end
end

-- When a remark is kept: now, and after the one before it, so that this is also their order, whatever
-- times the providers tell.
local function time_after(last)
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  local before = last and string.match(last, '^{"v":1,"kept":(%d+),')
  return string.format('%d', math.max(now, (tonumber(before) or 0) + 1))
end

-- Drops the oldest reaction, or else the oldest remark: reactions must not push out what was said. In
-- what customers wrote quotes are escaped.
local function drop_oldest(remarks)
  for _, kept in ipairs(redis.call('LRANGE', remarks, '0', '-2')) do
    if string.find(kept, '"what":{"reacted":', 1, true) then
      redis.call('LREM', remarks, '1', kept)
      return
    end
  end
  redis.call('LPOP', remarks)
end

-- Adds a remark, which begins with its version: 200 are kept, for as long as the history beside them.
local function keep_remark(remarks, history, remark, idle)
  local at = time_after(redis.call('LINDEX', remarks, '-1'))
  remark = '{"v":1,"kept":' .. at .. ',' .. string.sub(remark, 8)
  if redis.call('RPUSH', remarks, remark) > 200 then
    drop_oldest(remarks)
  end
  redis.call('PEXPIRE', remarks, idle)
  redis.call('PEXPIRE', history, idle)
end
