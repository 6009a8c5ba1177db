# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers, booleans, categories and nulls as AnnData reads them."""
import sys
import warnings

import h5py

from expected import bits, column, same, seconds

warnings.simplefilter("ignore")
try:
    from anndata.io import read_elem
except ImportError:  # before version 0.11
    from anndata.experimental import read_elem

master = h5py.File("store/mixed/master.h5", "r")
for year in sys.argv[1:]:
    table = master["partitions/" + year + "/columns"]
    types = {n.decode(): t.decode() for n, t in zip(table.attrs["column_names"], table.attrs["column_types"])}
    frame = read_elem(table)
    assert list(frame) == [name for name in types if types[name] != "text" and name != "record"], list(frame)
    assert frame.index.name == "record"
    same("record", column(year, "record"), [int(value) for value in frame.index])
    for name in frame:
        wanted, found = column(year, name), frame[name]
        nulls = found.isna().tolist()
        if types[name] == "double":
            same(name, [bits(value) for value in wanted], [bits(value) for value in found.tolist()])
        elif types[name] == "timestamp":
            same(name, [seconds(value, found.dtype.itemsize) for value in wanted], found.tolist())
        else:
            same(name, wanted, [None if null else value for null, value in zip(nulls, found.tolist())])
    assert frame["kind"].dtype == "category" and frame["flag" if year != "2015" else "sure"].dtype.kind == "b"
    assert str(frame["big"].dtype) == "Int64" and frame["id"].dtype == "int16" and frame["nothing"].isna().all()
