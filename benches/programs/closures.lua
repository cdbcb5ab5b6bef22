-- Functions that make functions and share upvalues.
local function make_counter(step)
  local n = 0
  return function(k)
    n = n + step * k
    return n
  end
end

local function compose(f, g)
  return function(x) return f(g(x)) end
end

local function run(n)
  local total = 0
  local bump = make_counter(3)
  local both = compose(function(x) return x + 1 end, function(x) return x & 7 end)
  for i = 0, n - 1 do
    total = total + both(bump(i & 3))
    if i & 1023 == 0 then bump = make_counter(i & 15) end
  end
  return total
end

print(run(3200000))
