-- Puts what is remembered of one conversation before what is remembered of another, once.
-- KEYS: 1 conversation, 2 history, 3 records, 4 remarks. ARGV: 1 key digest, 2 its record up to the
-- time, 3 how long a key is remembered, 4 idle time, 5 how many turns the history keeps, 6 whether
-- there is no room, 7 how many turns are brought, then these turns, then the remarks. All times in
-- milliseconds. Answers what was brought with this key, as `carry_out` wants it, and whether it was now.
local t = redis.call('TIME')
local now = string.format('%d%03d', t[1], math.floor(t[2] / 1000))
local keep = tonumber(ARGV[3])
local known = redis.call('HGET', KEYS[3], ARGV[1])
if known and tonumber(string.sub(known, 28, 40)) + keep > tonumber(now) then
  return {string.sub(known, 42), 0}
end
if ARGV[6] == '1' then
  return {'full', 0}
end

-- What is beyond the limit is the oldest, which stands first.
local function put_first(list, first, last, limit)
  for i = last, first, -1 do
    redis.call('LPUSH', list, ARGV[i])
  end
  redis.call('LTRIM', list, '-' .. limit, '-1')
  redis.call('PEXPIRE', list, ARGV[4])
end
local turns = tonumber(ARGV[7])
put_first(KEYS[2], 8, 7 + turns, ARGV[5])
put_first(KEYS[4], 8 + turns, #ARGV, '200')

local function described(first, last)
  local digest = redis.sha1hex(table.concat(ARGV, '\n', first, last))
  return string.format('%d', last - first + 1) .. ' ' .. digest
end
local brought = described(8, 7 + turns) .. ' ' .. described(8 + turns, #ARGV)
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2] .. now .. 'r' .. brought)
redis.call('PEXPIRE', KEYS[3], ARGV[3])
if #ARGV > 7 + turns then
  there_are_remarks(KEYS[1], KEYS[3], redis.call('HGET', KEYS[1], 'e'), now, ARGV[3])
end
return {brought, 1}
