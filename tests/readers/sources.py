#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes CSV files of three years as cities publish them, config.json, and
expected.jsonl: the values that the store must give back, one row a line.

    python3 sources.py [ROWS]        rows of the last year (default 300)

A value that is null is null in expected.jsonl; one of a column that the year
does not have is not there. Times are ISO 8601. Over the years columns come,
go and move, and their types change:

    level     integer, double, integer
    grade     category, text, -
    label     integer, category, double together text
    opened    timestamp, category, -    together text
    paid      boolean, integer, -       together text
    later     -, -, double
"""
import csv
import datetime
import json
import math
import random
import struct
import sys

TEXTS = [
    "plain", "a, comma", 'a "quote"', '"', '""', ",", "two\nlines", "cr\rlf\r\nend", "\n", "é – 漢字 🚲", " blank ", "\ttab\t",
    "'", "a;b|c\td", "null", "NULL", "NaN", "0", "-", "#", "\\", "\\n", "=1+1", "\x01\x7f", "{\"a\": [1]}", "<b>&amp;", "x" * 500,
]
INTEGERS = [0, 1, -1, 127, 128, -128, 32767, 2**31, -(2**31), 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63) + 1]
DOUBLES = [
    0.0, -0.0, 0.1, 1 / 3, -2 / 3, 1e300, -1e-300, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 100.0, 1e15, 1e16,
    123456789012345680.0, 0.30000000000000004, 9007199254740993.0, -104.98765432109876, 39.7392, math.pi, 1e-7, 1e22, 1e23,
]
TIMES = [
    "1970-01-01T00:00:00", "1969-12-31T23:59:59", "1900-02-28T12:00:00", "2000-02-29T23:59:59", "2015-03-08T02:30:00",
    "2015-11-01T01:30:00", "1755-06-15T00:00:01", "2262-01-01T00:00:00",
]
KINDS = ["ACCIDENT", "Hit & Run", "a, b", 'q"q', "é", "two\nlines", "zürich", "Ω"]


def choose(rng, values, nulls=0.2):
    return None if rng.random() < nulls else rng.choice(values)


def any_time(rng):
    seconds = rng.randrange(-3_000_000_000, 4_000_000_000)
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).isoformat()


def any_double(rng):
    if rng.random() < 0.5:
        return rng.uniform(-1000, 1000)
    value = struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0]
    return value if math.isfinite(value) else 0.5


def common(rng, i):
    return {
        "id": i * 7 - 1000,
        "happened": choose(rng, TIMES + [any_time(rng)] * 8, 0.1),
        "big": choose(rng, INTEGERS + [rng.randrange(-(10**18), 10**18)]),
        "flag": choose(rng, [True, False]),
        "sure": rng.random() < 0.5,
        "ratio": choose(rng, DOUBLES + [any_double(rng)] * 20),
        "kind": choose(rng, KINDS),
        "note": choose(rng, TEXTS, 0.1),
        "nothing": None,
        "recent": choose(rng, ["1902-01-01T00:00:00", "2038-01-19T03:14:07", "2024-02-29T12:00:00"]),
        "name": "%d %s" % (i, rng.choice(TEXTS)),
    }


def year_2014(rng, i):
    return {
        **common(rng, i),
        "level": choose(rng, [2**40, -3, 0]),
        "grade": choose(rng, ["A", "B", "b"]),
        "label": choose(rng, [1, 22, -333]),
        "opened": choose(rng, TIMES),
        "paid": choose(rng, [True, False]),
    }


def year_2015(rng, i):
    row = common(rng, i)
    del row["flag"]
    return {
        **row,
        "level": choose(rng, [0.5, 0.1 + 0.2, 3.0, 1e-5]),
        "grade": choose(rng, [c * 30000 for c in "xyz"] + ["A"] * 50),
        "label": choose(rng, ["1", "x,y", "22a"]),
        "opened": choose(rng, ["soon", "2014-01-01"]),
        "paid": choose(rng, [0, 1, 7]),
    }


def year_2016(rng, i):
    return {
        "later": choose(rng, [0.25, 1e100]),
        "level": choose(rng, [5, 6]),
        **common(rng, i),
        "label": choose(rng, [0.1, 1e22, 100.0, -0.0, 5e-324, 1e15, 1e-5, 0.1 + 0.2, 123456789012345680.0]),
    }


def cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, (int, float)) else value


CONFIG = {
    "datasets": {
        "mixed": {
            "time_zone": "America/Denver",
            "formats": ["%Y-%m-%dT%H:%M:%S"],
            "columns": [
                {"name": "id", "type": "integer", "role": "key"},
                {"name": "happened", "type": "timestamp", "role": "time"},
                {"name": "big", "type": "integer"},
                {"name": "flag", "type": "boolean"},
                {"name": "sure", "type": "boolean"},
                {"name": "ratio", "type": "double"},
                {"name": "kind", "type": "category", "role": "condition"},
                {"name": "note", "type": "text", "trim": False},
                {"name": "nothing", "type": "integer"},
                {"name": "recent", "type": "timestamp"},
                {"name": "name", "type": "text", "trim": False},
            ],
        }
    }
}


def main():
    last_rows = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    rng = random.Random(1)
    with open("config.json", "w") as file:
        json.dump(CONFIG, file)
    expected = open("expected.jsonl", "w")
    for name, year, rows in (("2014", year_2014, 200), ("2015", year_2015, 300), ("2016", year_2016, last_rows)):
        with open(name + ".csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\r\n" if name == "2015" else "\n")
            for i in range(rows):
                row = year(rng, i)
                if i == 0:
                    writer.writerow(row)
                writer.writerow([cell(value) for value in row.values()])
                expected.write(json.dumps({"partition": name, "record": i + 2, **row}) + "\n")
    expected.close()


main()
