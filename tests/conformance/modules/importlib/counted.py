try:
    runs += 1
except NameError:
    runs = 1
kept = globals().get("kept", "first")
