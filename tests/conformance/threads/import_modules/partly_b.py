import partly_a

for what in ("partly_a.X", "partly_a.__nothing__"):
    try:
        eval(what)
    except AttributeError as error:
        print(str(error).split("(")[0], "consider renaming" in str(error))
try:
    from partly_a import X
except ImportError as error:
    print(str(error).split(" (/")[0], error.name, error.name_from)
