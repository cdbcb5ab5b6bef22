def check():
    value = {'a': 1}
    return value['b']

check()
