# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one command on given cores and appends what it cost to a file of JSON lines.

    measure.py --cpus 0,1 --into RUNS --log LOG [--tag KEY=VALUE]... [--sample]
               [--result PATH] [--seconds-printed] [--timeout S] -- COMMAND...

A line has: wall (seconds from start to end of the process), cpu (seconds of it
and all its descendants), read_bytes (what they read from storage), rchar (what
they asked the system to read, from wherever it came), others (the share of the
cores that anything else used meanwhile), status, result_bytes, and the tags. With --sample also, from samples
taken every 20 ms, the greatest anonymous and shared memory (RssAnon + RssShmem)
of one process and of all together, and the greatest VmHWM; sampling costs time,
so runs that count for time go without. With --seconds-printed the command's
output is taken for its wall time. Exits with 1 when the command failed.
"""

import argparse
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE_SECONDS = 0.02


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cpus", required=True)
    parser.add_argument("--into", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--tag", action="append", default=[])
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--result")
    parser.add_argument("--seconds-printed", action="store_true")
    parser.add_argument("--timeout", type=float, default=3600)
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def busy_seconds(cpus):
    """What the cores have worked so far, for whomever."""
    total = 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in cpus:
            user, nice, system, _, _, irq, softirq, steal = map(int, ticks[:8])
            total += user + nice + system + irq + softirq + steal
    return total / TICKS


def descendants(root):
    """Process ids of a process and all below it."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(entry))
            except (OSError, IndexError):
                continue
    found, left = [], [root]
    while left:
        found.append(left.pop())
        left.extend(parents.get(found[-1], []))
    return found


def memory_of(process):
    """(RssAnon + RssShmem, VmHWM) in bytes; zeros for a process that is gone."""
    sizes = {}
    try:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            key, _, value = line.partition(":")
            if key in ("RssAnon", "RssShmem", "VmHWM"):
                sizes[key] = int(value.split()[0]) * 1024
    except OSError:
        pass
    return sizes.get("RssAnon", 0) + sizes.get("RssShmem", 0), sizes.get("VmHWM", 0)


class Sampler(threading.Thread):
    """Looks at the memory of a process and those below it until told to stop."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process = process
        self.stopped = threading.Event()
        self.peaks = {"memory_process": 0, "memory_all": 0, "memory_hwm": 0}

    def run(self):
        while not self.stopped.wait(SAMPLE_SECONDS):
            sizes = [memory_of(process) for process in descendants(self.process)]
            own = [size for size, _ in sizes]
            seen = {"memory_process": max(own), "memory_all": sum(own), "memory_hwm": max(hwm for _, hwm in sizes)}
            self.peaks = {key: max(value, seen[key]) for key, value in self.peaks.items()}

    def stop(self):
        self.stopped.set()
        self.join()
        return self.peaks


def read_so_far():
    """What this process and its ended descendants read: from storage, and in all."""
    lines = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(lines["read_bytes"]), int(lines["rchar"])


def reap_others():
    """Waits for what a process left behind (Spark's JVM), so that its time counts."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def size_of(path):
    path = Path(path)
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.exists() else 0


def run(given, cpus):
    """Runs the command; its costs."""
    busy = busy_seconds(cpus)
    before = os.times()
    stored_before, asked_before = read_so_far()
    begin = time.perf_counter()
    with open(given.log, "wb") as log:
        child = subprocess.Popen(
            ["taskset", "-c", given.cpus, *given.command],
            stdout=subprocess.PIPE if given.seconds_printed else log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    sampler = Sampler(child.pid)
    if given.sample:
        sampler.start()
    timer = threading.Timer(given.timeout, os.killpg, (child.pid, signal.SIGKILL))
    timer.start()
    printed = child.stdout.read() if given.seconds_printed else b""
    status = child.wait()
    wall = time.perf_counter() - begin
    timer.cancel()
    costs = sampler.stop() if given.sample else {}
    reap_others()
    after = os.times()
    stored, asked = read_so_far()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    elapsed = time.perf_counter() - begin
    others = max(0.0, busy_seconds(cpus) - busy - cpu) / (elapsed * len(cpus))
    if given.seconds_printed and status == 0:
        wall = float(printed)
    return {
        "status": status,
        "wall": wall,
        "cpu": cpu,
        "read_bytes": stored - stored_before,
        "rchar": asked - asked_before,
        "others": others,
        **costs,
    }


def main():
    given = arguments()
    cpus = {int(cpu) for cpu in given.cpus.split(",")}
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    line = dict(tag.split("=", 1) for tag in given.tag) | run(given, cpus)
    if given.result:
        line["result_bytes"] = size_of(given.result)
    with open(given.into, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    return 0 if line["status"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
