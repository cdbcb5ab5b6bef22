"""Write trees in the form that tests/common/dump.rs writes, one node after the other.

With a file of cases, record them in place; with other files, print the dump of each.
"""

import ast
import pathlib
import struct
import sys

SKIPPED = {"type_comment", "kind", "type_ignores"}


def scalar(value):
    if value is None or isinstance(value, bool) or value is ...:
        return str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return "f" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "s" + ".".join(f"{ord(c):x}" for c in value)
    if isinstance(value, bytes):
        return "b" + value.hex()
    raise TypeError(value)


def dump(node):
    if isinstance(node, list):
        return "[" + ",".join(dump(item) if item is not None else "None" for item in node) + "]"
    if not isinstance(node, ast.AST):
        return str(node)
    name = type(node).__name__
    if isinstance(node, (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)):
        return name
    place = ""
    if hasattr(node, "lineno"):
        place = f"@{node.lineno}:{node.col_offset}-{node.end_lineno}:{node.end_col_offset}"
    if isinstance(node, (ast.Constant, ast.MatchSingleton)):
        return f"{name}{place}({scalar(node.value)})"
    if isinstance(node, ast.FormattedValue):
        conversion = chr(node.conversion) if node.conversion > 0 else None
        spec = "" if node.format_spec is None else f",{dump(node.format_spec)}"
        return f"{name}{place}({dump(node.value)},{conversion}{spec})"
    parts = []
    for field, value in ast.iter_fields(node):
        if field in SKIPPED or value is None or value == []:
            continue
        if field == "ctx" and isinstance(value, ast.Load):
            continue
        parts.append(f"{field}={dump(value)}")
    return f"{name}{place}({','.join(parts)})"


def main(paths):
    sys.setrecursionlimit(10_000)
    for path in map(pathlib.Path, paths):
        if path.name != "cases.txt":
            print(dump(ast.parse(path.read_bytes())))
            continue
        recorded, source = [], []
        for line in path.read_text().split("\n"):
            if line.startswith("-->"):
                text = "\n".join(source) + "\n"
                compile(text, "<case>", "exec")
                tree = ast.parse(text)
                recorded += [*source, f"--> {dump(tree)}"]
                source = []
            else:
                source.append(line)
        path.write_text("\n".join(recorded) + "\n")


main(sys.argv[1:])
