# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what docs/colonnade.py reads, with and without duplicates, with live.csv and all.csv."""
import colonnade


def lines(frame):
    return ["id,n"] + [",".join(row) for row in frame.astype(str).values]


with colonnade.Dataset("store", "calls") as calls:
    names = ["id", "n"]
    assert lines(calls.read(names)) == open("live.csv").read().splitlines()
    assert lines(calls.read(names, with_duplicates=True)) == open("all.csv").read().splitlines()
    assert len(calls.read(["n"], ["b"])) == 200 and len(calls.read(["n"], ["a"])) == 70000
