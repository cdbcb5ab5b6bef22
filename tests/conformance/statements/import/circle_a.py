import circle_b
value = 'a'
def back(): return circle_b.value
