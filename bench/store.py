# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the store for store.sh, and prints Markdown tables. See its --help.

Only the standard library is used. A time that is the difference of two (the start
of a program aside) is that of their medians.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

BENCH = Path(__file__).resolve().parent
DATASETS = {"accidents": "traffic_accidents", "calls": "service_requests_311", "numbers": "numbers"}
SCANNED = (
    ("numbers", "price", "double"),
    ("numbers", "id", "integer, 4 bytes"),
    ("calls", "case_created_dttm", "timestamp, 4 bytes"),
    ("calls", "agency", "category"),
    ("calls", "case_summary", "text, numbered"),
    ("accidents", "incident_address", "text"),
)
WRITING = ("finalise", "convert", "write", "finish")


class Bench:
    def __init__(self, given):
        self.given = given
        self.work = Path(given.work)
        self.config = self.work / "config.json"
        self.tables = given.tables.split(",")

    def csv(self, table):
        return Path(self.given.data) / f"{table}-{self.given.size}.csv"

    def store(self, name):
        return self.work / f"store-{name}"

    def run(self, command, *, ranks=1, may_fail=False):
        """Seconds, standard output and error of one run."""
        mpirun = self.given.mpirun
        start = [] if ranks == 1 else [*mpirun[:-1], str(ranks)]
        begin = time.perf_counter()
        done = subprocess.run([*start, *map(str, command)], capture_output=True, text=True, cwd=self.work)
        seconds = time.perf_counter() - begin
        if done.returncode != 0 and not may_fail:
            sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stderr[-500:]}")
        return seconds, done.stdout, done.stderr

    def median(self, command, **how):
        return statistics.median(self.run(command, **how)[0] for _ in range(self.given.runs))

    def printed(self, *command):
        """The median of the seconds that a program prints."""
        return statistics.median(float(self.run(command)[1]) for _ in range(self.given.runs))

    def colonnade(self, command, *options, store):
        return [self.given.program, command, *options, "--store", store, "--config", self.config, "--quiet"]

    def ingest(self, dataset, *files, store, options=()):
        return self.colonnade("ingest", dataset, *files, "--scratch", self.work, *options, store=store)

    def fill(self, table):
        """The store of a table, made unless it is there, and the size of its partition."""
        store = self.store(table)
        if not store.exists():
            self.run(self.ingest(DATASETS[table], self.csv(table), store=store))
        return store, sum(file.stat().st_size for file in store.glob("*/partitions/*.h5"))

    def fill_tiny(self):
        store, csv = self.store("tiny"), self.work / "tiny.csv"
        if not store.exists():
            self.run([self.given.program, "generate", "traffic_accidents", "--rows", "50", "-q", "-o", csv])
            self.run(self.ingest("traffic_accidents", csv, store=store))
        return store, csv


def table(title, *headings):
    print(f"\n### {title}\n")
    row(*headings)
    row("---", *["---:"] * (len(headings) - 1))


def row(*cells):
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def rate(size, seconds):
    return f"{size / 1e9 / seconds:.2f}" if seconds > 0 else "–"


def percent(part, whole):
    return f"{100 * part / whole:.0f} %" if whole > 0 else "–"


def measure_size(bench):
    table("Size", "table", "CSV MB", "store MB", "Parquet MB", "store / CSV", "store / Parquet")
    for name in bench.tables:
        csv = bench.csv(name).stat().st_size
        _, size = bench.fill(name)
        parquet = bench.work / "result.parquet"
        bench.run(
            [sys.executable, BENCH / "peers/duckdb_peer.py", "--config", bench.config, "--table", name]
            + ["--csv", bench.csv(name), "--out", parquet, "--threads", "2", "--compression", "none"],
            may_fail=True,
        )
        other = parquet.stat().st_size if parquet.exists() else 0
        parquet.unlink(missing_ok=True)
        cells = (f"{other / 1e6:.1f}", f"{size / csv:.2f}", f"{size / other:.2f}") if other else ("–", f"{size / csv:.2f}", "–")
        row(name, f"{csv / 1e6:.1f}", f"{size / 1e6:.1f}", *cells)


def writing_seconds(profile):
    """Of the phases behind the last record."""
    phases = {}
    for line in profile.splitlines():
        words = line.split()
        if len(words) == 3 and words[0] in WRITING:
            phases[words[0]] = float(words[1])
    return phases


def measure_write(bench):
    table("Finalise and write, one rank", "table", "MB", *(f"{phase} s" for phase in WRITING), "pwrite s", "pwrite / all")
    for name in bench.tables:
        _, size = bench.fill(name)
        runs, copies = [], []
        for _ in range(bench.given.runs):
            store, file = bench.store("again"), bench.work / "bytes"
            command = bench.ingest(DATASETS[name], bench.csv(name), store=store, options=["--profile"])
            runs.append(writing_seconds(bench.run(command)[2]))
            shutil.rmtree(store)
            copies.append(float(bench.run([bench.work / "write_bytes", file, size])[1]))
            file.unlink()
        medians = [statistics.median(run[phase] for run in runs) for phase in WRITING]
        copy = statistics.median(copies)
        row(name, f"{size / 1e6:.1f}", *(f"{m:.3f}" for m in medians), f"{copy:.3f}", percent(copy, sum(medians)))


def measure_noop(bench):
    table("Ingest of an unchanged file, one rank", "table", "CSV MB", "s without start", "GB/s", "hash GB/s", "of it")
    tiny, tiny_csv = bench.fill_tiny()
    start = bench.median(bench.ingest("traffic_accidents", tiny_csv, store=tiny))
    for name in bench.tables:
        store, _ = bench.fill(name)
        size = bench.csv(name).stat().st_size
        seconds = bench.median(bench.ingest(DATASETS[name], bench.csv(name), store=store)) - start
        hashing = bench.printed(bench.work / "hash_bytes", bench.csv(name))
        row(name, f"{size / 1e6:.1f}", f"{seconds:.3f}", rate(size, seconds), rate(size, hashing), percent(hashing, seconds))


def measure_verify(bench):
    ranks = int(bench.given.mpirun[-1])
    table("Verify", "table", "MB", "ranks", "s without start", "GB/s", "memcpy GB/s", "of it")
    tiny, _ = bench.fill_tiny()
    for count in sorted({1, ranks}):
        start = bench.median(bench.colonnade("verify", "traffic_accidents", store=tiny), ranks=count)
        for name in bench.tables:
            store, size = bench.fill(name)
            file = next(store.glob("*/partitions/*.h5"))
            seconds = bench.median(bench.colonnade("verify", DATASETS[name], store=store), ranks=count) - start
            copying = bench.printed(bench.work / "copy_bytes", file)
            row(name, f"{size / 1e6:.1f}", count, f"{seconds:.3f}", rate(size, seconds), rate(size, copying), percent(copying, seconds))


def measure_scan(bench):
    table("Scan of a column, one rank", "column", "MB of values", "first GB/s", "again GB/s", "memcpy GB/s", "first of it", "again of it")
    for name, column, kind in SCANNED:
        if name not in bench.tables:
            continue
        store, _ = bench.fill(name)
        found = json.loads(bench.run([bench.given.scan, store, DATASETS[name], column, 2 * bench.given.runs + 1])[1])
        size = found["bytes"]
        rates = [rate(size, found[what]) for what in ("first", "again", "memcpy")]
        shares = [percent(found["memcpy"], found[what]) for what in ("first", "again")]
        row(f"{column} ({kind})", f"{size / 1e6:.1f}", *rates, *shares)


def split_csv(bench):
    """The same rows as one file and as many."""
    whole, parts = bench.work / "whole.csv", bench.work / "parts"
    count, rows = bench.given.partitions, 500
    bench.run([bench.given.program, "generate", "traffic_accidents", "--rows", count * rows, "-q", "-o", whole])
    header, *lines = whole.read_bytes().split(b"\r\n")
    parts.mkdir()
    for part in range(count):
        body = [header, *lines[part * rows : (part + 1) * rows], b""]
        (parts / f"p{part:04d}.csv").write_bytes(b"\r\n".join(body))
    return whole, sorted(parts.iterdir())


def measure_open(bench):
    whole, parts = split_csv(bench)
    stores = [bench.store("whole"), bench.store("parts")]
    bench.run(bench.ingest("traffic_accidents", whole, store=stores[0]))
    bench.run(bench.ingest("traffic_accidents", *parts, store=stores[1]))
    table(f"{len(parts)} partitions against one of the same rows", "command", "ranks", "one s", f"{len(parts)} s", "more s")
    commands = (
        ("info", "traffic_accidents"),
        ("export", "traffic_accidents", "--columns", "road_condition", "-o", os.devnull),
        ("report", "seasons"),
    )
    for ranks in sorted({1, int(bench.given.mpirun[-1])}):
        for command in commands:
            one, many = (bench.median(bench.colonnade(*command, store=store), ranks=ranks) for store in stores)
            row(" ".join(map(str, command[:1])), ranks, f"{one:.3f}", f"{many:.3f}", f"{many - one:.3f}")


PARTS = {
    "size": measure_size,
    "write": measure_write,
    "noop": measure_noop,
    "verify": measure_verify,
    "scan": measure_scan,
    "open": measure_open,
}


def main():
    parser = argparse.ArgumentParser()
    for name in ("work", "data", "size", "tables", "parts", "program", "scan"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--partitions", type=int, required=True)
    parser.add_argument("mpirun", nargs="+")
    bench = Bench(parser.parse_args())
    for part in bench.given.parts.split(","):
        if part not in PARTS:
            sys.exit(f"--parts knows {', '.join(PARTS)}, not '{part}'")
        PARTS[part](bench)


if __name__ == "__main__":
    main()
