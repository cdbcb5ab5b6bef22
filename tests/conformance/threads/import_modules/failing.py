import time

time.sleep(0.2)
raise ValueError("half done")
