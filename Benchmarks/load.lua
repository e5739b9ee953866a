-- wrk's side of the loads: `wrk -s load.lua URL -- KIND`, KIND being reference, near500, near5 or report; PREFIX in the
-- environment stands before the paths. References and places are made by the arithmetic of fill.sql.
local bit = require("bit")
local kind, prefix
local seed = os.time()

function setup(thread)
  seed = seed + 7919
  thread:set("seed", seed)
end

function init(arguments)
  math.randomseed(seed)
  kind, prefix = arguments[1], os.getenv("PREFIX") or ""
end

local function times_x(value)
  value = bit.lshift(value, 1)
  if value >= 32 then value = bit.band(bit.bxor(value, 37), 31) end
  return value
end

local function reference()
  local n = math.random(0, 458751)
  local d = { 1 + bit.rshift(n, 16) }
  local sum = times_x(d[1])
  for i = 2, 5 do
    d[i] = bit.band(bit.rshift(n, 19 - 3 * i), 7)
    sum = times_x(bit.bxor(sum, d[i]))
  end
  d[6] = bit.bor(bit.band(bit.rshift(n, 2), 3), bit.band(sum, 4))
  sum = times_x(bit.bxor(sum, d[6]))
  d[7] = bit.bor(bit.band(n, 3), bit.band(sum, 4))
  d[8] = times_x(bit.bxor(sum, d[7]))
  return table.concat(d)
end

-- Longitude and latitude near a centre.
local function place()
  local k = math.random(1, 400)
  local x, y = k * 0.7548776662, k * 0.5698402910
  return -71.195 + 0.24 * (x - math.floor(x)) + (math.random() - 0.5) * 0.012,
    42.225 + 0.18 * (y - math.floor(y)) + (math.random() - 0.5) * 0.009
end

local function report()
  local longitude, latitude = place()
  return string.format(
    '{"title":"Pothole near %d Maple Street","description":"A deep pothole; cars swerve into the other lane to get '
      .. 'around it.","category":"category-%d","priority":"medium","location":{"latitude":%.6f,"longitude":%.6f},'
      .. '"anonymous":true}', math.random(1, 400), math.random(1, 40), latitude, longitude)
end

function request()
  if kind == "report" then
    return wrk.format("POST", prefix .. "/requests", { ["Content-Type"] = "application/json" }, report())
  elseif kind == "reference" then
    return wrk.format("GET", prefix .. "/requests/" .. reference())
  end
  local longitude, latitude = place()
  local radius = kind == "near5" and 5 or 500
  return wrk.format(
    "GET", string.format("%s/requests?near=%.6f,%.6f&radius=%d&limit=20", prefix, latitude, longitude, radius))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"rate":%f,"p50_ms":%f,"p99_ms":%f,"failed":%d}\n', summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
