import time

time.sleep(0.1)
import cross_b

X = 1
