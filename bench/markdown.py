# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what run.sh measured as Markdown, for docs/performance.md.

    markdown.py RUNS

RUNS has JSON lines: those of measure.py, and {"about": ...} lines of run.sh:
"bench" (settings, machine, versions), "table" (size and rows of a CSV file),
"answer" (what check.py said), "profile" (of profile.py), "absent" (a peer that is not there).
"""

import json
import statistics
import sys
from collections import defaultdict

GIGA = 1e9
MEBI = 1 << 20
NOTABLE_SECONDS = 0.01  # below, ratios are noise
LONG_SECONDS = 0.5  # below, the kernel's clock ticks are too coarse to tell who worked
COMPRESSIONS = {"none": "uncompressed", "snappy": "snappy"}
TITLES = {
    "duckdb": "DuckDB",
    "polars": "Polars",
    "pandas": "pandas with PyArrow",
    "pyarrow": "PyArrow alone",
    "clickhouse": "ClickHouse (chdb)",
    "spark": "Spark",
}


class Runs:
    """The lines of one table of the bench."""

    def __init__(self, name):
        self.name = name
        self.about = {}
        self.absent = {}
        self.phases = []
        self.answers = defaultdict(dict)  # engine: {phase: text}
        self.lines = defaultdict(list)  # (engine, phase): lines

    def of(self, engine, phase):
        return self.lines.get((engine, phase), [])

    def median(self, engine, phase, key="wall"):
        values = [line[key] for line in self.of(engine, phase) if line["status"] == 0 and key in line]
        return statistics.median(values) if values else None

    def peak(self, engine, key):
        return max((line.get(key, 0) for line in self.of(engine, "warm-up")), default=0)

    def wrong(self, engine):
        """What is wrong with an engine's answers, or nothing."""
        told = [text for text in self.answers[engine].values() if text != "equal"]
        return told[0] if told else ""

    def engines(self):
        """Those that were tried, in the order of their first run."""
        seen = dict.fromkeys(engine for engine, phase in self.lines if phase == "warm-up")
        return [engine for engine in seen if not engine.startswith("limit:")]


def read(path):
    bench, tables = {}, {}
    with open(path, encoding="utf-8") as file:
        for line in map(json.loads, file):
            if line.get("about") == "bench":
                bench[line["key"]] = line["value"]
                continue
            runs = tables.setdefault(line["table"], Runs(line["table"]))
            if line.get("about") == "table":
                runs.about = line
            elif line.get("about") == "answer":
                runs.answers[line["engine"]][line["phase"]] = line["text"]
            elif line.get("about") == "absent":
                runs.absent[line["engine"]] = line["why"]
            elif line.get("about") == "profile":
                runs.phases = line["phases"]
            else:
                runs.lines[line["engine"], line["phase"]].append(line)
    return bench, list(tables.values())


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def header(*cells):
    row(*cells)
    row(*["---"] + ["---" if cell in ("", "answer") else "---:" for cell in cells[1:]])


def number(value, digits=2):
    return "–" if value is None else f"{value:.{digits}f}"


def limit_rows(runs):
    size = runs.about["size_bytes"]
    for engine, phase in runs.lines:
        if not engine.startswith("limit:") or phase != "timed":
            continue
        lines = runs.of(engine, "timed")
        wall = runs.median(engine, "timed")
        rate = None if wall is None or "--version" in engine else size / GIGA / wall
        row(engine.removeprefix("limit:"), number(wall, 3), spread(lines, 3), number(rate))


def spread(lines, digits=2):
    walls = [line["wall"] for line in lines if line["status"] == 0]
    return f"{min(walls):.{digits}f}–{max(walls):.{digits}f}" if walls else "–"


def split(engine):
    """duckdb/snappy: its name and how the table writes it."""
    name, _, compression = engine.partition("/")
    title = TITLES.get(name, name)
    return name, f"{title}, {COMPRESSIONS[compression]}" if compression else title


def engine_row(runs, engine, own):
    size = runs.about["size_bytes"]
    name, title = split(engine)
    wall, wrong = runs.median(engine, "timed"), runs.wrong(engine)
    if wall is None:
        return
    start = runs.median(name, "start")
    ratio = "–" if wrong or own is None else number(wall / own)
    memory = f"{runs.peak(engine, 'memory_process') / MEBI:.0f} / {runs.peak(engine, 'memory_all') / MEBI:.0f}"
    result = (runs.median(engine, "timed", "result_bytes") or 0) / GIGA
    seconds = f"({number(wall)})" if wrong else number(wall)
    row(
        title,
        seconds,
        spread(runs.of(engine, "timed")),
        number(start),
        number(runs.median(engine, "timed", "cpu")),
        number(size / GIGA / wall, 3),
        ratio,
        memory,
        number(result, 3),
        f"**wrong**: {shorten(wrong)}" if wrong else "equal",
    )


def shorten(text):
    first, _, rest = text.partition("; ")
    return f"{first}, and more" if rest else first


def failed_row(runs, engine):
    row(split(engine)[1], *["–"] * 8, runs.wrong(engine))


def print_table(runs):
    about = runs.about
    own = runs.median("Colonnade", "timed") if not runs.wrong("Colonnade") else None
    print(
        f"\n### {runs.name}: {about['size_bytes'] / GIGA:.2f} GB, {about['rows']:,} rows × {about['columns']} columns\n"
    )
    header("limit", "s", "min–max", "GB/s")
    limit_rows(runs)
    print()
    header(
        "CSV → columnar file",
        "s",
        "min–max",
        "start",
        "CPU s",
        "GB/s",
        "× Colonnade",
        "MiB process / all",
        "file GB",
        "answer",
    )
    for engine in runs.engines():
        if runs.of(engine, "timed"):
            engine_row(runs, engine, own)
        elif runs.wrong(engine).startswith("failed"):
            failed_row(runs, engine)
    for engine, why in runs.absent.items():
        row(split(engine)[1], *["–"] * 8, f"absent: {why}")
    timed = [line for (_, phase), lines in runs.lines.items() if phase == "timed" for line in lines]
    others = [line["others"] for line in timed if line["wall"] >= LONG_SECONDS]
    if others:
        print(
            f"\nOther processes used {100 * statistics.median(others):.0f} % of the cores in the median run, "
            f"{100 * max(others):.0f} % at most."
        )


def print_phases(runs):
    print()
    header("phase", "s, 1 rank", "ns for a byte", "s, each of all ranks", "times faster")
    totals = [sum(column) for column in list(zip(*runs.phases, strict=True))[1:]]
    for name, one, nanoseconds, several in [*runs.phases, ["all phases", *totals]]:
        faster = number(one / several) if min(one, several) >= NOTABLE_SECONDS else "–"
        row(name, number(one, 3), number(nanoseconds, 3), number(several, 3), faster)


def main():
    bench, tables = read(sys.argv[1])
    header("measured", "")
    for key, value in bench.items():
        row(key, value)
    for runs in tables:
        print_table(runs)
        if runs.phases:
            print_phases(runs)


if __name__ == "__main__":
    main()
