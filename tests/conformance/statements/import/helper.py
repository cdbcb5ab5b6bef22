"""Helper doc."""
print('loading helper')
public = 'public'
_private = 'private'
def get(): return public
