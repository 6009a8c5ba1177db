#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Colonnade's store as pandas DataFrames. Needs h5py, numpy and pandas.

    import colonnade

    with colonnade.Dataset("store", "traffic_accidents") as accidents:
        print(accidents.partitions)         # id, origin, rows, ...
        print(accidents.columns)            # type and role of every column
        print(accidents.types)              # its type in each partition; None: not recorded
        frame = accidents.read()            # every column of every partition
        frame = accidents.read(["record", "first_occurrence_date", "road_condition"], ["2015", "2016"])
        print(frame.groupby("road_condition", observed=True).size())
        print(accidents.provenance["2015"]["provenance"]["file_name"])

A row is labelled with its partition, so that frame.loc["2015"] are its rows.
Types are those of all partitions together, however many are read:

    in the store   in pandas
    integer        Int64
    double         float64; null is NaN
    boolean        boolean
    timestamp      datetime64, local civil time; null is NaT. Where pandas holds
                   nanoseconds only (before version 2), a column with times
                   outside the years 1678 to 2261 is one of objects
    category       category, its texts in bytewise order
    text           string

A column that is not stored alike in all partitions has the type that holds
them all: integer and double become double; anything else that differs becomes
text, with the same spelling as Colonnade's own. Where a partition lacks a
column, its values are missing. Rows that do not count, because a row with the
same key stands elsewhere, are left out unless with_duplicates is True. The
checksums of the store are not looked at.

    python3 colonnade.py STORE DATASET      prints a summary
"""
import json
import os
import sys

import h5py
import numpy as np
import pandas as pd

NULL_TIME = -(2**63)  # numpy's NaT
PANDAS_TYPES = {"integer": "Int64", "double": "float64", "boolean": "boolean", "text": "string"}


def _plain(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def _widest(types):
    """The type that holds all of these, in the order of their partitions."""
    widest = None
    for kind in types:
        if widest is None or widest == kind:
            widest = kind
        elif {widest, kind} == {"integer", "double"}:
            widest = "double"
        else:
            widest = "text"
    return widest


def _format_double(value):
    """The shortest text that reads back as the same double, as %g writes it."""
    tiny = value != 0 and abs(value) < sys.float_info.min
    for digits in range(1 if tiny else 15, 18):
        text = "%.*g" % (digits, value)
        if float(text) == value:
            return text
    return text


class _Column:
    """One column of one partition."""

    def __init__(self, table, name):
        self.object = table[name]
        self.type = _plain(self.object.attrs["type"])

    def integers(self):
        """int64 and where they are null; booleans and seconds too."""
        if isinstance(self.object, h5py.Group):
            return self.object["values"][:].astype("int64"), self.object["mask"][:].astype(bool)
        stored = self.object[:]
        values, nulls = stored.astype("int64"), np.zeros(len(stored), bool)
        if self.type == "timestamp":  # null is the least integer of the stored width
            nulls = stored == np.iinfo(stored.dtype).min
            values[nulls] = NULL_TIME
        return values, nulls

    def codes(self):
        return self.object["codes"][:]

    def categories(self):
        packed = self.object["dictionary"][:].tobytes()
        count = int.from_bytes(packed[:8], "little")
        ends = 8 + 8 * count + np.cumsum(np.frombuffer(packed, "<u8", count, 8)) if count else []
        begin, texts = 8 + 8 * count, []
        for end in ends:
            texts.append(packed[begin : int(end)].decode())
            begin = int(end)
        return np.array(texts, dtype=object)

    def texts(self):
        """Values of any type as str; None where they are null."""
        if self.type == "text":
            sizes, data = self.object["sizes"][:], self.object["data"][:].tobytes()
            ends = np.cumsum(sizes, dtype="int64").tolist()
            texts = [data[end - size : end].decode() if size else None for size, end in zip(sizes.tolist(), ends)]
            if "codes" in self.object:  # texts of the dictionary stand there only
                codes, known = self.codes(), self.categories()
                texts = [known[code] if code >= 0 else text for code, text in zip(codes.tolist(), texts)]
            return texts
        if self.type == "category":
            texts = np.append(self.categories(), None)  # code -1 is the last
            return texts[self.codes()].tolist()
        if self.type == "double":
            return [_format_double(v) if v == v else None for v in self.object[:].tolist()]
        values, nulls = self.integers()
        if self.type == "boolean":
            texts = np.where(values != 0, "true", "false")
        elif self.type == "timestamp":
            texts = np.char.replace(np.datetime_as_string(values.view("M8[s]")), "T", " ")
        else:
            texts = values.astype(str)
        return np.where(nulls, None, texts.astype(object)).tolist()

    def as_type(self, wanted):
        """An array for pandas of the wanted type, which is this column's or wider."""
        if wanted == "text":
            return pd.array(self.texts(), dtype="string")
        if wanted == "double" and self.type == "double":
            return self.object[:]
        values, nulls = self.integers()
        if wanted == "double":
            return np.where(nulls, np.nan, values.astype("float64"))
        if wanted == "timestamp":
            return values.view("M8[s]")  # the null is NaT already
        if wanted == "boolean":
            return pd.arrays.BooleanArray(values.astype(bool), nulls)
        return pd.arrays.IntegerArray(values, nulls)


def _missing(wanted, rows):
    if wanted == "double":
        return np.full(rows, np.nan)
    if wanted == "timestamp":
        return np.full(rows, np.datetime64("NaT", "s"))
    return pd.array([pd.NA] * rows, dtype=PANDAS_TYPES[wanted])


def _join_times(parts):
    times = np.concatenate(parts)
    try:
        return pd.Series(times)
    except pd.errors.OutOfBoundsDatetime:
        return pd.Series(times.astype(object), dtype=object)


class Dataset:
    """One dataset, as its master is now: later ingests do not change what is read."""

    def __init__(self, store, name):
        path = os.path.join(store, name, "master.h5")
        self._master = h5py.File(path, "r")
        manifest = json.loads(self._master["manifest"][()])
        if manifest["format"] not in (1, 2):
            raise ValueError("%s has format %s; this reads 1 and 2" % (path, manifest["format"]))
        self.name = manifest["dataset"]
        frame = pd.DataFrame(manifest["partitions"])
        self.partitions = frame.set_index("id") if len(frame) else pd.DataFrame(columns=["rows"])
        self._files = {id: self._master["partitions/" + id] for id in self.partitions.index}
        self.columns, self.types = self._describe_columns()
        live = manifest.get("duplicates", {}).get("file")
        self._live = h5py.File(os.path.join(store, name, live), "r") if live else None

    def close(self):
        if self._live:
            self._live.close()
        for file in self._files.values():
            file.file.close()
        self._master.close()

    def __enter__(self):
        return self

    def __exit__(self, *about_error):
        self.close()

    def _describe_columns(self):
        types, roles = {}, {}
        for id, file in self._files.items():
            lists = [file["columns"].attrs["column_" + what] for what in ("names", "types", "roles")]
            for name, kind, role in zip(*(map(_plain, values) for values in lists)):
                types.setdefault(name, {})[id] = kind
                roles[name] = roles.get(name) or role
        names = pd.Index(types, name="column")
        about = [(_widest(in_each.values()), roles[name]) for name, in_each in types.items()]
        columns = pd.DataFrame(about, index=names, columns=["type", "role"], dtype=object)
        each = [[in_each.get(id) for id in self._files] for in_each in types.values()]
        return columns, pd.DataFrame(each, index=names, columns=list(self._files), dtype=object)

    @property
    def provenance(self):
        """For each partition a dict of provenance, account and schema."""
        names = ("provenance", "account", "schema")
        return {id: {name: json.loads(file.attrs[name]) for name in names} for id, file in self._files.items()}

    def _is_live(self, id):
        """For each row of a partition whether it counts."""
        rows = int(self.partitions.rows[id])
        if self._live is None or id not in self._live["partitions"]:
            return np.ones(rows, bool)
        bits = self._live["partitions/" + id + "/live"][:]
        return np.unpackbits(bits, count=rows, bitorder="little").astype(bool)

    def read(self, columns=None, partitions=None, with_duplicates=False):
        """A DataFrame of these columns and partitions; all by default, in the order of the store."""
        names = list(self.columns.index if columns is None else columns)
        wanted = set(self._files if partitions is None else partitions)
        for name in names:
            if name not in self.columns.index:
                raise KeyError("%s has no column %r" % (self.name, name))
        for id in wanted - set(self._files):
            raise KeyError("%s has no partition %r" % (self.name, id))
        ids = [id for id in self._files if id in wanted]
        labels = pd.Categorical.from_codes(
            np.repeat(np.arange(len(ids)), [int(self.partitions.rows[id]) for id in ids]), categories=ids
        )
        index = pd.CategoricalIndex(labels, name="partition")
        made = {name: self._read_column(name, ids).set_axis(index) for name in dict.fromkeys(names)}
        frame = pd.DataFrame(made, index=index, columns=list(dict.fromkeys(names)))
        if with_duplicates or not ids:
            return frame
        live = np.concatenate([self._is_live(id) for id in ids])
        return frame if live.all() else frame[live]

    def _read_column(self, name, ids):
        wanted = self.columns.type[name]
        rows = {id: int(self.partitions.rows[id]) for id in ids}
        tables = {id: self._files[id]["columns"] for id in ids}
        if wanted == "category":
            return pd.Series(self._read_category(name, tables, rows))
        parts = [
            _Column(tables[id], name).as_type(wanted) if name in tables[id] else _missing(wanted, rows[id])
            for id in ids
        ] or [_missing(wanted, 0)]
        if wanted == "timestamp":
            return _join_times(parts)
        return pd.concat([pd.Series(part) for part in parts], ignore_index=True).astype(PANDAS_TYPES[wanted])

    @staticmethod
    def _read_category(name, tables, rows):
        """Codes of all partitions in one dictionary, the union of theirs."""
        columns = {id: _Column(table, name) if name in table else None for id, table in tables.items()}
        own = {id: column.categories() for id, column in columns.items() if column}
        united = sorted(set().union(*(set(texts) for texts in own.values())))  # in UTF-8 the same as bytewise
        place = {text: code for code, text in enumerate(united)}
        codes = [np.zeros(0, "int64")]
        for id, column in columns.items():
            if column is None:
                codes.append(np.full(rows[id], -1))
                continue
            remap = np.array([place[text] for text in own[id]] + [-1])  # code -1 is the last
            codes.append(remap[column.codes()])
        return pd.Categorical.from_codes(np.concatenate(codes), categories=pd.Index(united, dtype=object))


def main(arguments):
    if len(arguments) != 2:
        print("usage: python3 colonnade.py STORE DATASET", file=sys.stderr)
        return 2
    with Dataset(*arguments) as dataset, pd.option_context("display.max_rows", None, "display.width", 160):
        if "is_sample" in dataset.partitions and dataset.partitions.is_sample.any():
            print("SAMPLE DATA – NOT REAL\n")
        print(dataset.partitions[["rows", "rejected", "source_size_bytes", "origin"]].to_string())
        frame = dataset.read()
        summary = dataset.columns.copy()
        summary["values"] = frame.notna().sum()
        summary["distinct"] = frame.nunique()
        summary["in_partitions"] = dataset.types.notna().sum(axis=1)
        print("\n%d rows\n" % len(frame))
        print(summary.to_string())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
