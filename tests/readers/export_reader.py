# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the rows that export wrote, as JSON and as CSV, with expected.jsonl."""
import csv
import json
import struct
import sys

rows = [json.loads(line) for line in open("expected.jsonl")]
names = list(dict.fromkeys(name for row in rows for name in row if name not in ("partition", "record")))


def identical(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return struct.pack("<d", a) == struct.pack("<d", b)
    return a == b and type(a) is type(b)


def check_json(path):
    lines = open(path, encoding="utf-8", newline="\n").read().split("\n")
    assert lines.pop() == "" and len(lines) == len(rows), len(lines)
    for row, line in zip(rows, lines):
        wanted = json.dumps({name: row[name] for name in ["record"] + names if name in row})
        assert json.dumps(json.loads(line)) == wanted, (row["partition"], line, wanted)  # in each number's own spelling


def read_as(value, text):
    """The cell, read as what the value is."""
    if value is None or text == "":
        return None if text == "" else text
    if isinstance(value, bool):
        return {"true": True, "false": False}[text]
    if isinstance(value, float):
        assert any(c in text for c in ".e"), text  # else it would read back as an integer
    return type(value)(text)


def check_csv(path):
    csv.field_size_limit(1 << 30)
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        assert next(reader) == names
        for row in rows:
            cells = next(reader)
            assert len(cells) == len(names), (row["record"], cells)
            for name, text in zip(names, cells):
                value = row.get(name)
                assert identical(value, read_as(value, text)), (row["partition"], row["record"], name, value, text)
        assert next(reader, None) is None


check_json(sys.argv[1])
check_csv(sys.argv[2])
