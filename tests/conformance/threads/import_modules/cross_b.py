import time

time.sleep(0.1)
import cross_a

Y = 1
