-- Integer arithmetic and comparison in one frame.
local function run(n)
  local i, total = 0, 0
  while i < n do
    total = total + (i & 7)
    i = i + 1
  end
  return total
end

print(run(9000000))
