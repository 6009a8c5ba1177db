# SPDX-License-Identifier: GPL-3.0-or-later
"""Decoded times, and the plain arrays beside them, as xarray reads them."""
import glob
import sys
import warnings

import numpy as np
import xarray

from expected import bits, column, same

warnings.simplefilter("ignore")
for year in sys.argv[1:]:
    [path] = glob.glob("store/mixed/partitions/%s.*.h5" % year)
    table = xarray.open_dataset(path, group="columns", engine="h5netcdf", phony_dims="sort")
    for name, width_bytes in (("happened", 8), ("recent", 4)):
        times = table[name]
        assert np.issubdtype(times.dtype, np.datetime64), times.dtype
        assert times.attrs["time_zone"] == "America/Denver" and times.encoding["calendar"] == "proleptic_gregorian"
        assert times.encoding["dtype"].itemsize == width_bytes, times.encoding
        # Beside nulls older xarrays compute with doubles; they are off by a microsecond.
        rounded = (times.values.astype("M8[ns]") + np.timedelta64(500, "ms")).astype("M8[s]")
        found = [None if np.isnat(time) else str(time) for time in rounded]
        same(name, column(year, name), found)
    same("id", column(year, "id"), table["id"].values.tolist())
    same("sure", column(year, "sure"), table["sure"].values.astype(bool).tolist())
    same("ratio", [bits(v) for v in column(year, "ratio")], [bits(v) for v in table["ratio"].values.tolist()])
