-- Planets under gravity: float arithmetic on fields.
local function body(x, y, z, vx, vy, vz, mass)
  return {x = x, y = y, z = z, vx = vx, vy = vy, vz = vz, mass = mass}
end

local bodies = {body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.5)}
for k = 0, 3 do
  bodies[#bodies + 1] = body(5.2 * (k + 1), -1.1 * k, 0.1 * k, 0.6 / (k + 1), 2.7 / (k + 1), 0.02, 0.01 / (k + 1))
end

local function energy()
  local e = 0.0
  for i, a in ipairs(bodies) do
    e = e + 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
    for j = i + 1, #bodies do
      local b = bodies[j]
      local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
      e = e - a.mass * b.mass / (dx * dx + dy * dy + dz * dz) ^ 0.5
    end
  end
  return e
end

local function advance(dt, steps)
  local n = #bodies
  for _ = 1, steps do
    for i = 1, n do
      local a = bodies[i]
      for j = i + 1, n do
        local b = bodies[j]
        local dx = a.x - b.x
        local dy = a.y - b.y
        local dz = a.z - b.z
        local d2 = dx * dx + dy * dy + dz * dz
        local mag = dt / (d2 * d2 ^ 0.5)
        local am = a.mass * mag
        local bm = b.mass * mag
        a.vx = a.vx - dx * bm
        a.vy = a.vy - dy * bm
        a.vz = a.vz - dz * bm
        b.vx = b.vx + dx * am
        b.vy = b.vy + dy * am
        b.vz = b.vz + dz * am
      end
    end
    for i = 1, n do
      local p = bodies[i]
      p.x = p.x + dt * p.vx
      p.y = p.y + dt * p.vy
      p.z = p.z + dt * p.vz
    end
  end
end

print(string.format('%.9f', energy()))
advance(0.001, 130000)
print(string.format('%.9f', energy()))
