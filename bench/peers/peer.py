# SPDX-License-Identifier: GPL-3.0-or-later
"""What the peers share: their arguments, the columns, and syncing the result.

Each peer is a program of its own, because a whole process is what is timed:

    <peer>.py --config C --table T --csv FILE --out RESULT --threads N
              [--compression none|snappy] [--sync] [--start-only]

It reads the CSV file with the declared types and writes a Parquet file, or a
folder of them. With --start-only it starts up as far as it must before it could
read, then ends: so much of its time is not work.
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parent.parent))
from tables import TABLES, read_columns  # noqa: E402  (needs the path above)


class Job:
    """One CSV file to make a Parquet file of."""

    def __init__(self, arguments):
        self.csv = arguments.csv
        self.out = arguments.out
        self.threads = arguments.threads
        self.compression = arguments.compression
        self.sync = arguments.sync
        self.start_only = arguments.start_only
        self.table = TABLES[arguments.table]
        self.columns = [] if self.start_only else read_columns(arguments.config, self.table, self.csv)

    def timestamps(self):
        return [column for column in self.columns if column.type == "timestamp"]

    def finish(self):
        """Syncs the result where all engines do, and ends."""
        if self.sync:
            for path in result_files(self.out):
                sync_path(path)


def job_of_command_line():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--table", required=True, choices=TABLES)
    parser.add_argument("--csv", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--compression", choices=("none", "snappy"), default="none")
    parser.add_argument("--sync", action="store_true")
    parser.add_argument("--start-only", action="store_true")
    return Job(parser.parse_args())


def result_files(out):
    path = Path(out)
    return sorted(path.rglob("*.parquet")) + [path] if path.is_dir() else [path, path.parent]


def sync_path(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
