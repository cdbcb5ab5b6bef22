-- Values pass through coroutines.
local function numbers(n)
  return coroutine.wrap(function()
    for i = 0, n - 1 do coroutine.yield(i) end
  end)
end

local function scaled(source, k)
  return coroutine.wrap(function()
    for x in source do coroutine.yield(x * k) end
  end)
end

local function doubled(source)
  return coroutine.wrap(function()
    for x in source do
      coroutine.yield(x)
      coroutine.yield(x + 1)
    end
  end)
end

local total = 0
for x in doubled(scaled(numbers(2200000), 3)) do
  if x % 3 ~= 0 then total = total + (x & 1023) end
end
print(total)
