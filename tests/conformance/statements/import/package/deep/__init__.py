from .. import name
from . import leaf
print('loading deep', name)
