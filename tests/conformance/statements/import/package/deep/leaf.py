from ..sub import value
climb = value
