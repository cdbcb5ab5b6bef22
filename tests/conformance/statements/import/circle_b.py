import circle_a
value = 'b sees ' + str(hasattr(circle_a, 'value'))
