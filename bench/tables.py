# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the bench: what their columns are, for Colonnade and for its peers.

Run as a program it writes the configuration that Colonnade is measured with:

    tables.py CONFIG OUTPUT true|false        (sync results or not)

Only the standard library is used, so that importing this costs a peer little.
"""

import csv
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent

ISO = "%Y-%m-%d %H:%M:%S"
AMERICAN = "%m/%d/%Y %I:%M:%S %p"
AMERICAN_DAY = "%m/%d/%Y"


@dataclass(frozen=True)
class Table:
    """One CSV file of the bench."""

    name: str
    dataset: str
    encoding: str
    newlines_in_quotes: bool
    time: str | None  # the column whose month and
    group: str  # this column make the groups that are counted


TABLES = {
    table.name: table
    for table in (
        Table("accidents", "traffic_accidents", "utf-8", False, "first_occurrence_date", "road_condition"),
        Table("calls", "service_requests_311", "windows-1252", True, "case_created_dttm", "agency"),
        Table("calls-utf8", "service_requests_311", "utf-8", True, "case_created_dttm", "agency"),
        Table("numbers", "numbers", "utf-8", False, None, "tens"),
    )
}


@dataclass(frozen=True)
class Column:
    """A column of a file, in the file's order."""

    header: str  # as the file has it
    name: str  # as Colonnade has it
    type: str  # integer, double, boolean, timestamp, category, text
    time_format: str | None  # of timestamps
    fold: str
    zip5: bool
    synonyms: dict


def normalise(header):
    """The name of a column, as Colonnade derives it from a header."""
    return re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")


def time_format(dataset, name):
    if dataset == "traffic_accidents":
        return ISO
    return AMERICAN if name.endswith("dttm") else AMERICAN_DAY


def read_columns(config, table, csv_file):
    """The columns of a file, declared by the configuration."""
    with open(config, encoding="utf-8") as file:
        declared = json.load(file)["datasets"][table.dataset]["columns"]
    by_name = {}
    for column in declared:
        for name in [column["name"], *column.get("aliases", [])]:
            by_name[name] = column
    with open(csv_file, encoding=table.encoding, newline="") as file:
        headers = next(csv.reader(file))
    return [make_column(header, table.dataset, by_name[normalise(header)]) for header in headers]


def make_column(header, dataset, declared):
    name, kind = declared["name"], declared["type"]
    return Column(
        header=header,
        name=name,
        type=kind,
        time_format=time_format(dataset, name) if kind == "timestamp" else None,
        fold=declared.get("fold", "none"),
        zip5=declared.get("normalise") == "zip5",
        synonyms=declared.get("synonyms", {}),
    )


def main():
    config, output, sync = sys.argv[1:]
    with open(config, encoding="utf-8") as file:
        whole = json.load(file)
    with open(BENCH / "numbers.json", encoding="utf-8") as file:
        whole["datasets"]["numbers"] = json.load(file)
    whole["fsync"] = sync == "true"
    with open(output, "w", encoding="utf-8") as file:
        json.dump(whole, file, indent=1)


if __name__ == "__main__":
    main()
