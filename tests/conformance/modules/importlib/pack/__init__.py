from . import inner
WHERE = __name__
