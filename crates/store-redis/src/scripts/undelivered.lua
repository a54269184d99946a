-- Stands before every script that gives a committed reply up.

-- Says of the records of the messages that a reply answers that it will not arrive. `answered` names
-- them by key digest and token, as a JSON array. Other records stay as they are.
local function record_undelivered(records, answered, why)
  for _, ref in ipairs(cjson.decode(answered)) do
    local key = string.sub(ref, 1, 16)
    local known = redis.call('HGET', records, key)
    if known and string.sub(known, 1, 11) == string.sub(ref, 17) then
      redis.call('HSET', records, key, string.sub(known, 1, 40) .. 'u' .. why)
    end
  end
end
