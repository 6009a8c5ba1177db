# SPDX-License-Identifier: GPL-3.0-or-later
"""Says where an ingest spends its time, in nanoseconds for each byte of the CSV file.

    perf script -F period,ip,sym,dso --no-inline | profile.py PROGRAM BYTES TABLE

reads stacks that `perf record --call-graph dwarf` sampled by the clock, and
prints one JSON line for markdown.py. A sample belongs to the step of the
innermost function on its stack whose source file has a step below; what the
kernel and libc do for a step counts with it. A source file without a step is
one of its own; what happens outside the program's files is told by library.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import PurePath

STEPS = {
    "base/byte_source.c": "read",
    "csv/transition.c": "scan",
    "csv/sweep.c": "compose and deliver",
    "csv/record_block.c": "cut into fields",
    "csv/account.c": "account",
    "base/utf8.c": "check UTF-8",
    "base/number.c": "decode numbers",
    "base/date.c": "decode times",
    "base/time_zone.c": "decode times",
    "ingest/text_rule.c": "decode texts: trim, fold, rename",
    "base/string_table.c": "decode texts: look up",
    "column/dictionary.c": "decode texts: look up",
    "ingest/column_builder.c": "decode: gather values",
    "ingest/decoder.c": "decode: the rest",
    "ingest/content_hash.c": "hash",
    "ingest/stage.c": "stage",
    "ingest/finalise.c": "finalise",
    "ingest/final_column.c": "finalise",
    "ingest/merge.c": "finalise",
    "ingest/publish.c": "publish",
}
FOLDERS = {"store": "write"}  # every file of such a layer


def source_files(program):
    """{function: layer/file.c} from the program's debug information."""
    listed = subprocess.run(["nm", "-l", program], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in listed.splitlines():
        match = re.match(r"\S+ [tT] (\S+)\t(\S+):\d+$", line)
        if match:
            path = PurePath(match[2])
            found[match[1].partition(".")[0]] = f"{path.parent.name}/{path.name}"
    return found


def stacks(lines):
    """(nanoseconds, [(function, library), ...] innermost first) of each sample."""
    period, frames = 0, []
    for line in lines:
        frame = re.match(r"\s+[0-9a-f]+ (.*) \((.*)\)$", line)
        if frame:
            frames.append((frame[1].partition(".")[0].partition("+")[0], PurePath(frame[2]).name))
        elif line.strip():
            period = int(line.split()[-1])
        elif frames:
            yield period, frames
            frames = []
    if frames:
        yield period, frames


def step_of(frames, files, program):
    """The step that a stack belongs to."""
    own = [files[name] for name, library in frames if library == program and name in files]
    for file in own:
        if file in STEPS:
            return STEPS[file]
        if PurePath(file).parent.name in FOLDERS:
            return FOLDERS[PurePath(file).parent.name]
    if own and own[0] not in ("cli/main.c", "cli/run.c", "par/comm.c"):
        return own[0]
    return "start, end, MPI"


def main():
    program, size_bytes, table = sys.argv[1:]
    files = source_files(program)
    spent = Counter()
    for period, frames in stacks(sys.stdin):
        spent[step_of(frames, files, PurePath(program).name)] += period
    steps = [[step, nanoseconds / int(size_bytes)] for step, nanoseconds in spent.most_common()]
    print(json.dumps({"about": "profile", "table": table, "steps": steps}))


if __name__ == "__main__":
    main()
