-- Arguments: a file of whole requests, and how many bytes each has.

function init(args)
  local file = assert(io.open(args[1], "rb"))
  requests, size, at = file:read("*a"), tonumber(args[2]), 0
  file:close()
end

function request()
  local from = at
  at = (at + size) % #requests
  return requests:sub(from + 1, from + size)
end

-- Requests, microseconds, failures, 99th percentile of the latency in microseconds.
function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("figures %d %d %d %d\n",
    summary.requests, summary.duration, failed, latency:percentile(99)))
end
