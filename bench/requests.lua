-- Sends the requests of a file in turn: wrk -s requests.lua URL -- FILE COOKIE
-- A line of the file is METHOD, path and body, separated by tabs. The last line of output is the result as JSON.
local prepared, sent = {}, 0

function init(arguments)
   local headers = {
      ["Host"] = wrk.host .. ":" .. wrk.port,
      ["Cookie"] = arguments[2],
      ["Content-Type"] = "application/x-www-form-urlencoded",
   }
   for line in io.lines(arguments[1]) do
      local method, path, body = line:match("^(.-)\t(.-)\t(.*)$")
      prepared[#prepared + 1] = wrk.format(method, path, headers, method == "POST" and body or nil)
   end
end

function request()
   sent = sent + 1
   return prepared[(sent - 1) % #prepared + 1]
end

function done(summary, latency)
   local errors = summary.errors
   print(string.format('{"requests": %d, "seconds": %f, "errors": %d}', summary.requests, summary.duration / 1e6,
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
