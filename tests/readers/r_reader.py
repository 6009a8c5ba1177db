# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what reader.R printed with expected.jsonl."""
import sys

from expected import column, same, seconds

year, path = sys.argv[1:]
found = {}
for line in open(path):
    name, row, value = line.rstrip("\n").split("\t")
    found.setdefault(name, []).append(value)
    assert int(row) == len(found[name])


def wanted(name, value):
    if value is None:
        return ""
    if name in ("happened", "recent", "opened") and value[4:5] == "-" and "T" in value:
        return str(seconds(value))
    if isinstance(value, bool):
        return str(int(value)) if name != "sure" else str(value).upper()
    return str(value) if isinstance(value, int) else value.encode().hex() if isinstance(value, str) else value


def got(name, text):
    doubles = name == "ratio" or name == "later" or "0x" in text
    return float.fromhex(text).hex() if text and doubles else text


for name in found:
    want = [wanted(name, value) for value in column(year, name)]
    same(name, [v.hex() if isinstance(v, float) else v for v in want], [got(name, text) for text in found[name]])
assert {"record", "happened", "big", "ratio", "kind", "note"} <= set(found), sorted(found)
