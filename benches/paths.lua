-- wrk: the paths of the file $PATHS in order, round and round; a summary as JSON at the end.
local paths, next_path = {}, 0

function init()
  for line in io.lines(os.getenv("PATHS")) do
    paths[#paths + 1] = wrk.format("GET", line, { ["Accept-Encoding"] = "gzip", ["Host"] = wrk.host })
  end
end

function request()
  next_path = next_path % #paths + 1
  return paths[next_path]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{"requests": %d, "duration_us": %d, "errors": %d, "p99_us": %d}\n',
    summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(99)))
end
