import time

FIRST = 1
time.sleep(0.2)
SECOND = 2
