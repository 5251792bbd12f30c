-- Creates objects with names that nobody has used: wrk … --script create.lua URL -- PREFIX BODY, where BODY holds NAME.
function init(args)
  prefix = args[1]
  template = args[2]
  count = 0
end

function request()
  count = count + 1
  local body = template:gsub("NAME", prefix .. "-" .. count)
  return wrk.format("POST", nil, { ["Content-Type"] = "application/json", ["Authorization"] = wrk.headers["Authorization"] }, body)
end
