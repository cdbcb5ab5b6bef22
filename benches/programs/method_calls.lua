-- Plain, inherited and super method calls.
local Counter = {}
Counter.__index = Counter

function Counter.new(class)
  return setmetatable({n = 0}, class)
end

function Counter:add(k)
  self.n = self.n + k
  return self
end

function Counter:get()
  return self.n
end

local Doubling = setmetatable({}, {__index = Counter})
Doubling.__index = Doubling

function Doubling:add(k)
  return Counter.add(self, 2 * k)
end

local function run(n)
  local a, b = Counter.new(Counter), Counter.new(Doubling)
  for i = 0, n - 1 do
    a:add(i):add(1)
    b:add(1)
    if a:get() < b:get() then a:add(5) end
  end
  return a:get(), b:get()
end

local a, b = run(2000000)
print(a .. ' ' .. b)
