-- Permutations by prefix reversals.
local function fannkuch(n)
  local perm, count = {}, {}
  for i = 1, n do
    perm[i] = i - 1
    count[i] = 0
  end
  local best, checksum, number, r = 0, 0, 0, n
  while true do
    while r ~= 1 do
      count[r] = r
      r = r - 1
    end
    local first = perm[1]
    if first ~= 0 then
      local work = table.move(perm, 1, n, 1, {})
      local flips = 0
      while first ~= 0 do
        local left, right = 1, first + 1
        while left < right do
          work[left], work[right] = work[right], work[left]
          left, right = left + 1, right - 1
        end
        flips = flips + 1
        first = work[1]
      end
      if flips > best then best = flips end
      checksum = number % 2 == 1 and checksum - flips or checksum + flips
    end
    while true do
      if r == n then return checksum, best end
      local moved = table.remove(perm, 1)
      table.insert(perm, r + 1, moved)
      count[r + 1] = count[r + 1] - 1
      if count[r + 1] > 0 then break end
      r = r + 1
    end
    number = number + 1
  end
end

local checksum, best = fannkuch(9)
print(checksum .. " " .. best)
