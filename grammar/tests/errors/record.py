"""Record what CPython 3.13 says of each source in cases.txt, in place.

A case is a source, then a line that starts with `-->`:
    --> Kind line:column-end_line:end_column message
Run: python3.13 record.py
"""

import pathlib
import sys
import warnings

assert sys.version_info[:2] == (3, 13)
warnings.simplefilter("ignore")
path = pathlib.Path(__file__).with_name("cases.txt")


def verdict(source):
    try:
        compile(source, "<case>", "exec")
    except SyntaxError as e:
        return f"{type(e).__name__} {e.lineno}:{e.offset}-{e.end_lineno}:{e.end_offset or 0} {e.msg}"
    return "accepted"


recorded, source = [], []
for line in path.read_text().split("\n"):
    if line.startswith("-->"):
        recorded += [*source, "--> " + verdict("\n".join(source) + "\n")]
        source = []
    else:
        source.append(line)
path.write_text("\n".join(recorded) + "\n")
