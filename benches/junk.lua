-- wrk: ever other tiles, three in four of them empty; a summary as JSON at the end.
function init()
  math.randomseed(1)
end

function request()
  local z, x, y
  if math.random(4) == 1 then
    -- Over the benchmark city: longitude 104.41 to 104.50, latitude 29.96 to 30.04.
    z = math.random(17, 22)
    local n = 2 ^ (z - 16)
    x, y = math.floor((51775.3 + 16.3 * math.random()) * n), math.floor((27030.2 + 16.7 * math.random()) * n)
  else
    z = math.random(10, 22)
    x, y = math.random(0, 2 ^ z - 1), math.random(0, 2 ^ z - 1)
  end
  return wrk.format("GET", string.format("/tiles/building/%d/%d/%d.mvt", z, x, y), { ["Accept-Encoding"] = "gzip", ["Host"] = wrk.host })
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{"requests": %d, "duration_us": %d, "errors": %d, "p99_us": %d}\n',
    summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(99)))
end
