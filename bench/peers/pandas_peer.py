# SPDX-License-Identifier: GPL-3.0-or-later
"""pandas with pyarrow: read_csv(engine="pyarrow", dtype_backend="pyarrow"), to_parquet."""

import pandas as pd
import pyarrow as pa

from peer import job_of_command_line
from tables import ISO

TYPES = {"integer": "int64[pyarrow]", "double": "double[pyarrow]"}


def type_of(column):
    if column.time_format == ISO:
        return "timestamp[s][pyarrow]"
    return TYPES.get(column.type, "string[pyarrow]")


def read(job):
    frame = pd.read_csv(
        job.csv,
        engine="pyarrow",
        dtype_backend="pyarrow",
        dtype={column.header: type_of(column) for column in job.columns},
        encoding=job.table.encoding,
    )
    for column in job.timestamps():
        if column.time_format != ISO:
            frame[column.header] = pd.to_datetime(frame[column.header], format=column.time_format)
    return frame


def main():
    job = job_of_command_line()
    pa.set_cpu_count(job.threads)
    if not job.start_only:
        compression = {"none": None}.get(job.compression, job.compression)
        read(job).to_parquet(job.out, engine="pyarrow", compression=compression, index=False)
        job.finish()


if __name__ == "__main__":
    main()
