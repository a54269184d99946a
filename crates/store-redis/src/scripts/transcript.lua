-- Stands before every script that adds to a transcript. An entry's id is the stream's own, so it is the
-- same on every replica and never comes again; the newest 200 are kept.
local function add_entry(transcript, entry, keep)
  local id = '*'
  if redis.call('EXISTS', transcript) == 0 then
    -- A stream that was erased a moment ago gave ids of the same millisecond, at most one in a
    -- microsecond.
    local t = redis.call('TIME')
    id = string.format('%d%03d-%d', t[1], math.floor(t[2] / 1000), t[2] % 1000)
  end
  redis.call('XADD', transcript, 'MAXLEN', '200', id, 'e', entry)
  redis.call('PEXPIRE', transcript, keep)
end

-- Tells the replicas that watch the conversation, other than this one, that there is a new entry.
local function tell_added(watchers, channels, digest, here)
  local watching = redis.call('HGETALL', watchers)
  if #watching == 0 then
    return
  end
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  for i = 1, #watching, 2 do
    if watching[i] ~= here and tonumber(watching[i + 1]) >= now then
      redis.call('PUBLISH', channels .. watching[i], '{"c":"' .. digest .. '","e":{"event":"added"}}')
    end
  end
end

-- The keys of those of these messages that are answered by transcript, as a JSON array; nothing if
-- there are none.
local function answered_by_transcript(envelopes)
  local keys = {}
  for _, envelope in ipairs(envelopes) do
    if string.sub(envelope, 2, 2) == 't' then
      local line = string.find(envelope, '\n', 59, true)
      keys[#keys + 1] = cjson.decode(string.sub(envelope, line + 1)).key
    end
  end
  return #keys > 0 and cjson.encode(keys)
end
