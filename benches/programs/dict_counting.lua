-- Counting with integer keys, then a second table of pairs.
local function run(n)
  local counts, order = {}, {}
  local seed = 12345
  for _ = 1, n do
    seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
    local key = seed >> 20
    if counts[key] == nil then order[#order + 1] = key end
    counts[key] = (counts[key] or 0) + 1
  end
  local pairs_, kinds, most = {}, 0, 0
  for _, key in ipairs(order) do
    local value = counts[key]
    most = math.max(most, value)
    local pair = (key & 15) * 4 + (value & 3)
    if pairs_[pair] == nil then kinds = kinds + 1 end
    pairs_[pair] = (pairs_[pair] or 0) + value
  end
  local sum = 0
  for pair, value in pairs(pairs_) do sum = sum + (pair >> 2) * value end
  return #order, most, kinds, sum
end

local a, b, c, d = run(2700000)
print(a .. ' ' .. b .. ' ' .. c .. ' ' .. d)
