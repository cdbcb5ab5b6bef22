import partly_b

X = 1
