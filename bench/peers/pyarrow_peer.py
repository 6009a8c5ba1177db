# SPDX-License-Identifier: GPL-3.0-or-later
"""PyArrow alone: csv.read_csv with declared types, parquet.write_table."""

import pyarrow as pa
from pyarrow import csv, parquet

from peer import job_of_command_line

TYPES = {"integer": pa.int64(), "double": pa.float64(), "timestamp": pa.timestamp("s")}


def read(job):
    formats = {column.time_format for column in job.timestamps()}
    return csv.read_csv(
        job.csv,
        read_options=csv.ReadOptions(encoding=job.table.encoding, block_size=4 << 20),
        parse_options=csv.ParseOptions(newlines_in_values=job.table.newlines_in_quotes),
        convert_options=csv.ConvertOptions(
            column_types={column.header: TYPES.get(column.type, pa.string()) for column in job.columns},
            timestamp_parsers=sorted(formats, key=len, reverse=True),
        ),
    )


def main():
    job = job_of_command_line()
    pa.set_cpu_count(job.threads)
    if not job.start_only:
        parquet.write_table(read(job), job.out, compression=job.compression)
        job.finish()


if __name__ == "__main__":
    main()
