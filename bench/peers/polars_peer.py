# SPDX-License-Identifier: GPL-3.0-or-later
"""Polars: a streaming scan_csv, times parsed as declared, sink_parquet.

Its scan knows UTF-8 only. A file in another encoding is recoded in memory here:
read_csv(encoding=...) does the same, but changes line ends in quotes.
"""

from pathlib import Path

import polars as pl

from peer import job_of_command_line

TYPES = {"integer": pl.Int64, "double": pl.Float64}


def times(job):
    return [pl.col(column.header).str.to_datetime(column.time_format, time_unit="us") for column in job.timestamps()]


def read(job):
    options = {
        "schema": {column.header: TYPES.get(column.type, pl.String) for column in job.columns},
        "null_values": "",  # an empty cell in quotes is no time either
    }
    if job.table.encoding == "utf-8":
        return pl.scan_csv(job.csv, **options)
    recoded = Path(job.csv).read_bytes().decode(job.table.encoding).encode("utf-8")
    return pl.read_csv(recoded, **options).lazy()


def main():
    job = job_of_command_line()
    if not job.start_only:
        compression = {"none": "uncompressed"}.get(job.compression, job.compression)
        read(job).with_columns(times(job)).sink_parquet(job.out, compression=compression)
        job.finish()


if __name__ == "__main__":
    main()
