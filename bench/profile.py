# SPDX-License-Identifier: GPL-3.0-or-later
"""Medians of what `colonnade ingest --profile` printed in several runs.

    profile.py TABLE ONE_RANK_LOG ALL_RANKS_LOG

Each log has the tables of one or more runs, one behind the other. Prints a JSON
line for markdown.py: for each phase its name, the seconds and the nanoseconds for
a byte of one rank alone, and the seconds that each of all ranks needed.
"""

import json
import re
import statistics
import sys
from pathlib import Path


def phases_of(log):
    """{phase: [(seconds, nanoseconds for a byte) of each run]}, in the order of the log."""
    found = {}
    for line in Path(log).read_text(encoding="utf-8", errors="replace").splitlines():
        match = re.fullmatch(r"([a-z][a-z ]*?) +(\d+\.\d{3}) +(\d+\.\d{3})", line.strip())
        if match:
            found.setdefault(match[1], []).append((float(match[2]), float(match[3])))
    return found


def median(runs, which):
    return statistics.median(run[which] for run in runs)


def main():
    table, one_rank_log, all_ranks_log = sys.argv[1:]
    one, several = phases_of(one_rank_log), phases_of(all_ranks_log)
    phases = [
        [phase, median(runs, 0), median(runs, 1), median(several[phase], 0)]
        for phase, runs in one.items()
        if phase in several
    ]
    print(json.dumps({"about": "profile", "table": table, "phases": phases}))


if __name__ == "__main__":
    main()
