-- The requests that wrk sends. They are made before the time runs, so that wrk itself costs little.
-- Arguments: the kind of request, the number of creators, a seed. The ids are those of Scale.cs.

local VIDEOS_PER_CREATOR = 10
local REQUESTS = 8192   -- of one thread; a batch is many checks, so that fewer do
local BATCHES = 64
local CHECKS_PER_BATCH = 1000

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local function creator(owner) return string.format("c%07d", owner) end
local function video(id) return string.format("v%08d", id) end

local function names(id)
  local owner = math.floor((id - 1) / VIDEOS_PER_CREATOR) + 1
  return string.format('"creatorId":"%s","videoId":"%s"', creator(owner), video(id))
end

local make = {}

function make.Single(creators)
  local id = math.random(1, creators * VIDEOS_PER_CREATOR)
  return wrk.format("POST", "/v1/checks", nil, '{' .. names(id) .. ',"purpose":"remix"}')
end

function make.Content(creators)
  local id = math.random(1, creators * VIDEOS_PER_CREATOR)
  return wrk.format("POST", "/v1/checks", nil, '{"content":[{"scheme":"url","value":"https://videos.example/' .. video(id) .. '"}],"purpose":"remix"}')
end

function make.Strong(creators)
  local id = math.random(1, creators * VIDEOS_PER_CREATOR)
  return wrk.format("POST", "/v1/checks", nil, '{' .. names(id) .. ',"purpose":"remix","consistency":"strong"}')
end

function make.Batch(creators)
  local checks = {}
  for i = 1, CHECKS_PER_BATCH do
    checks[i] = '{' .. names(math.random(1, creators * VIDEOS_PER_CREATOR)) .. '}'
  end
  return wrk.format("POST", "/v1/checks/batch", nil, '{"defaults":{"purpose":"remix"},"checks":[' .. table.concat(checks, ",") .. ']}')
end

-- Only a creator's last video is ever changed. Every request changes something, whatever an earlier run left behind:
-- some allows with an expiry that none had before, then denies for the same videos.
local CHANGES_OF_ONE_KIND = 128
local paths = {}

function make.Change(creators, i)
  local at = (i - 1) % CHANGES_OF_ONE_KIND
  if math.floor((i - 1) / CHANGES_OF_ONE_KIND) % 2 == 1 then
    return wrk.format("PUT", paths[at], nil, '{"effect":"deny"}')
  end
  local owner = math.random(1, creators)
  paths[at] = "/v1/creators/" .. creator(owner) .. "/videos/" .. video(owner * VIDEOS_PER_CREATOR) .. "/consent/remix"
  local expiry = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() + 31536000 + math.random(0, 31536000))
  return wrk.format("PUT", paths[at], nil, '{"effect":"allow","expiresAt":"' .. expiry .. '"}')
end

function init(args)
  local kind, creators, seed = args[1], tonumber(args[2]), tonumber(args[3])
  math.randomseed(seed * 1000 + number)
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. os.getenv("CONSENT_TOKEN")
  requests = {}
  for i = 1, (kind == "Batch" and BATCHES or REQUESTS) do
    requests[i] = make[kind](creators, i)
  end
  sent = 0
end

function request()
  sent = sent % #requests + 1
  return requests[sent]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("measured %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
