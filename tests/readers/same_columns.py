# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares all columns and zones of two datasets, byte for byte, with all attributes but source_name.

    same_columns.py DATASET DATASET
"""
import os
import sys

import h5py
import numpy as np


def raw(dataset):
    """What stands in the file, texts of variable length as lists."""
    values = dataset[()]
    return list(values) if h5py.check_string_dtype(dataset.dtype) else values.tobytes()


def compare(path, a, b):
    assert type(a) is type(b), path
    assert set(a.attrs) == set(b.attrs), path
    for name in a.attrs:
        left, right = a.attrs[name], b.attrs[name]
        assert name == "source_name" or np.array_equal(left, right, equal_nan=False), (path, name, left, right)
    if isinstance(a, h5py.Dataset):
        assert a.dtype == b.dtype and a.shape == b.shape, (path, a.dtype, b.dtype)
        assert (a.id.get_offset() is None) == (b.id.get_offset() is None), path
        assert raw(a) == raw(b), path
        return 1
    assert list(a) == list(b), (path, list(a), list(b))
    return sum(compare(path + "/" + name, a[name], b[name]) for name in a)


masters = [h5py.File(os.path.join(path, "master.h5"), "r") for path in sys.argv[1:]]
partitions = [list(master["partitions"]) for master in masters]
assert partitions[0] == partitions[1] and partitions[0], partitions
for id in partitions[0]:
    for table in ("columns", "zones/columns"):
        count = compare(id + "/" + table, *(master["partitions/" + id][table] for master in masters))
        assert count > 5, (id, table, count)
