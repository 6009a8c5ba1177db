# SPDX-License-Identifier: GPL-3.0-or-later
"""What the store of sources.py must hold, for the tests of its readers."""
import datetime
import json
import struct

NULL_TIMES = {4: -(2**31), 8: -(2**63)}


def rows(partition):
    return [row for row in map(json.loads, open("expected.jsonl")) if row["partition"] == partition]


def column(partition, name):
    return [row.get(name) for row in rows(partition)]


def seconds(time, width_bytes=8):
    """What a time is stored as."""
    if time is None:
        return NULL_TIMES[width_bytes]
    gone = datetime.datetime.fromisoformat(time) - datetime.datetime(1970, 1, 1)
    return gone.days * 86400 + gone.seconds


def bits(value):
    """A double by its bits, so that -0.0 is not 0.0; None for NaN."""
    return None if value is None or value != value else struct.pack("<d", value)


def same(name, wanted, found):
    """Stops at the first value that differs."""
    assert len(wanted) == len(found), (name, len(wanted), len(found))
    for row, (want, got) in enumerate(zip(wanted, found)):
        assert want == got, "%s, row %d: %r instead of %r" % (name, row, got, want)
