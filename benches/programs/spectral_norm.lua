-- The largest singular value of an infinite matrix, cut to n rows: calls in sums.
local function entry(i, j)
  return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)
end

local function times(v)
  local out = {}
  for i = 0, #v - 1 do
    local s = 0
    for j = 0, #v - 1 do s = s + entry(i, j) * v[j + 1] end
    out[i + 1] = s
  end
  return out
end

local function transposed_times(v)
  local out = {}
  for i = 0, #v - 1 do
    local s = 0
    for j = 0, #v - 1 do s = s + entry(j, i) * v[j + 1] end
    out[i + 1] = s
  end
  return out
end

local function run(n, rounds)
  local u, v = {}, nil
  for i = 1, n do u[i] = 1.0 end
  for _ = 1, rounds do
    v = transposed_times(times(u))
    u = transposed_times(times(v))
  end
  local top, bottom = 0, 0
  for i = 1, n do
    top = top + u[i] * v[i]
    bottom = bottom + v[i] * v[i]
  end
  return (top / bottom) ^ 0.5
end

print(string.format('%.9f', run(320, 8)))
