-- Arguments: method, name and value of a header, body. The request is built once.

function init(args)
  wrk.method = args[1]
  wrk.headers[args[2]] = args[3]
  wrk.body = args[4]
end

-- Requests, microseconds, failures, 99th percentile of the latency in microseconds.
function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("figures %d %d %d %d\n",
    summary.requests, summary.duration, failed, latency:percentile(99)))
end
