-- Escape times on a grid: float arithmetic in a tight loop.
local function escape(cr, ci, limit)
  local zr, zi = 0.0, 0.0
  for n = 0, limit - 1 do
    local rr = zr * zr
    local ii = zi * zi
    if rr + ii > 4.0 then return n end
    zi = 2.0 * zr * zi + ci
    zr = rr - ii + cr
  end
  return limit
end

local function run(w, h, limit)
  local total, inside = 0, 0
  for y = 0, h - 1 do
    local ci = 2.4 * y / h - 1.2
    for x = 0, w - 1 do
      local n = escape(3.0 * x / w - 2.1, ci, limit)
      total = total + n
      if n == limit then inside = inside + 1 end
    end
  end
  return total, inside
end

local total, inside = run(480, 360, 120)
print(total .. ' ' .. inside)
