# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what docs/colonnade.py reads with expected.jsonl."""
import json
import struct

import numpy as np
import pandas as pd

import colonnade

rows = [json.loads(line) for line in open("expected.jsonl")]
SPELT = {100.0: "100", -0.0: "-0", 1e22: "1e+22", 1e15: "1e+15", 1e-5: "1e-05", 1.2345678901234568e17: "1.2345678901234568e+17"}
PANDAS = {"integer": "Int64", "double": "float64", "boolean": "boolean", "timestamp": "datetime64", "category": "category", "text": "string"}


def as_text(value):
    """What a value becomes in a column of texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return SPELT.get(value, repr(value))
    return str(value)


def opened_text(row):
    value = row["opened"]
    return value.replace("T", " ") if row["partition"] == "2014" and value else value


def wanted(name, kind, row):
    value = row.get(name)
    if value is None:
        return None
    if name == "opened":
        return opened_text(row)
    return as_text(value) if kind == "text" else float(value) if kind == "double" else value


def found(value, kind):
    if pd.isna(value):
        return None
    return value.isoformat() if kind == "timestamp" else value.item() if hasattr(value, "item") else value


def identical(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return struct.pack("<d", a) == struct.pack("<d", b)
    return a == b and type(a) is type(b)


def check_frame(dataset, frame, rows):
    assert len(frame) == len(rows), (len(frame), len(rows))
    assert list(frame.index) == [row["partition"] for row in rows]
    for name in frame:
        kind = dataset.columns.type[name]
        assert str(frame[name].dtype).startswith(PANDAS[kind]), (name, frame[name].dtype)
        for row, value in zip(rows, frame[name]):
            want, got = wanted(name, kind, row), found(value, kind)
            assert identical(want, got), (name, row["partition"], row["record"], want, got)


with colonnade.Dataset("store", "mixed") as dataset:
    names = list(dict.fromkeys(name for year in ("2014", "2015", "2016") for row in rows if row["partition"] == year for name in row))
    names.remove("partition")
    assert list(dataset.columns.index) == names, dataset.columns
    assert dict(dataset.columns.role[dataset.columns.role != ""]) == {"id": "key", "happened": "time", "kind": "condition"}
    types = dataset.types.where(dataset.types.notna(), None)
    assert list(types.loc["level"]) == ["integer", "double", "integer"] and dataset.columns.type["level"] == "double"
    assert list(types.loc["grade"]) == ["category", "text", None] and dataset.columns.type["grade"] == "text"
    assert list(types.loc["later"]) == [None, None, "double"]
    assert list(dataset.partitions.index) == ["2014", "2015", "2016"]

    frame = dataset.read()
    assert list(frame) == names
    check_frame(dataset, frame, rows)
    assert list(frame["kind"].cat.categories) == sorted({row["kind"] for row in rows if row["kind"]})

    some = dataset.read(["note", "level", "paid"], ["2016", "2014"])
    assert list(some) == ["note", "level", "paid"]
    check_frame(dataset, some, [row for row in rows if row["partition"] != "2015"])
    one = dataset.read(["later", "kind", "grade", "flag"], ["2015"])
    check_frame(dataset, one, [row for row in rows if row["partition"] == "2015"])
    assert len(dataset.read(partitions=[])) == 0 and len(frame.loc["2015"]) == 300

    about = dataset.provenance["2015"]
    assert about["provenance"]["file_name"] == "2015.csv" and about["account"] and about["schema"]
    for wrong in (dict(columns=["nix"]), dict(partitions=["2099"])):
        try:
            dataset.read(**wrong)
        except KeyError:
            continue
        raise AssertionError(wrong)

with colonnade.Dataset("store", "ancient") as dataset:
    frame = dataset.read()
    assert [str(at).replace(" ", "T") for at in frame["at"]] == ["0001-01-01T00:00:00", "9999-12-31T23:59:59"], frame
    assert frame["n"].dtype == "Int64" and frame["n"].isna().tolist() == [False, True]
