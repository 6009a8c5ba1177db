# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the answer of an engine with that of Python's own csv module.

    check.py reference CONFIG TABLE CSV REFERENCE
    check.py compare CONFIG TABLE CSV REFERENCE store|parquet RESULT [--quick]

The answer to a file is: its number of rows; how many of them fall into each
month and group (road condition, agency, ...); and for each column how many
values it has and the sum, modulo 2^64, of all their bit patterns (numbers,
times in seconds) or hashes (texts), so that one wrong bit anywhere shows. With
--quick only the rows and the groups are compared.

Engines that keep blanks, case and spellings as they stand in the file are not
blamed: everyone's texts are brought into Colonnade's form before they count.
Prints "equal", or what differs and exits with 1.
"""

import argparse
import csv
import itertools
import json
import sys
from collections import Counter
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from tables import AMERICAN, AMERICAN_DAY, TABLES, normalise, read_columns

BATCH_ROWS = 1 << 18
YES = {"y", "yes", "t", "true", "1"}


# --- texts in Colonnade's form ------------------------------------------------


def canonical(text, column):
    """A cell as Colonnade stores it; None for a blank one."""
    text = text.strip(" \t\r\n\v\f") if text is not None else ""
    if not text:
        return None
    if column.type == "boolean":
        return "1" if text.lower() in YES else "0"
    if column.fold == "upper":
        text = "".join(c.upper() if c.isascii() else c for c in text)
    if column.zip5 and len(text) == 10 and text[5] == "-":
        text = text[:5]
    return column.synonyms.get(text, text)


def canonical_texts(array, column):
    """The same for an Arrow array of texts; pandas' hashes and the texts, as dictionary and codes."""
    encoded = array.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().chunk(0)
    values = [canonical(text, column) for text in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return np.array([*values, None], dtype=object), codes


# --- the digest of a column ---------------------------------------------------


def bits(values):
    return int(np.sum(values.view(np.uint64), dtype=np.uint64)) if len(values) else 0


def digest_texts(values, codes):
    hashes = pd.util.hash_array(values, categorize=False)
    present = np.array([value is not None for value in values])
    hashes[~present] = 0
    counts = np.bincount(codes % len(values), minlength=len(values)).astype(np.uint64)
    return int(counts[present].sum()), int(np.sum(hashes * counts, dtype=np.uint64))


def digest(column, array):
    """Count and sum of an Arrow array of any type, as the declared one."""
    if column.type in ("category", "text", "boolean"):
        return digest_texts(*canonical_texts(as_texts(array), column))
    array = array.drop_null()
    if column.type == "timestamp":
        values = seconds(array)
    else:
        kind = np.int64 if column.type == "integer" else np.float64
        values = np.ascontiguousarray(array.to_numpy(zero_copy_only=False), dtype=kind)
    return len(values), bits(values)


def as_texts(array):
    if pa.types.is_boolean(array.type):
        return pc.if_else(array, "1", "0")
    if pa.types.is_dictionary(array.type) or pa.types.is_string_view(array.type):
        array = array.cast(pa.large_string())
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        return pa.array([b.decode("utf-8", "replace") if b is not None else None for b in array.to_pylist()])
    return array.cast(pa.large_string())


def seconds(array):
    if pa.types.is_timestamp(array.type) and array.type.tz is not None:
        array = array.cast(pa.timestamp(array.type.unit, "UTC")).cast(pa.timestamp(array.type.unit))
    if pa.types.is_integer(array.type):  # seconds since 1970
        array = array.cast(pa.int64())
    else:
        array = array.cast(pa.timestamp("s")).cast(pa.int64())
    return np.ascontiguousarray(array.to_numpy(zero_copy_only=False), dtype=np.int64)


def add_groups(groups, table, columns, batch):
    """Counts the rows of each month and group of a batch {name: array}."""
    by_name = {column.name: column for column in columns}
    key = as_texts(batch[table.group])
    values, codes = canonical_texts(key, by_name[table.group])
    if table.time is None:
        months = np.zeros(len(codes), dtype=np.int64)
    else:
        times = batch[table.time]
        stamp = seconds(times.fill_null(pa.scalar(0, times.type)))
        months = stamp.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
        months[times.is_null().to_numpy(zero_copy_only=False)] = -1
    pairs, counts = np.unique(np.stack([months, codes]), axis=1, return_counts=True)
    for (month, code), count in zip(pairs.T, counts, strict=True):
        groups[f"{month} {values[code]}"] += int(count)


# --- batches {name: Arrow array} from each kind of file -----------------------


def parse(text, column):
    text = text.strip()
    if not text:
        return None
    return int(text) if column.type == "integer" else float(text)


def iso(text, time_format):
    """A time of the file as ISO 8601; dates of the bench are all well-formed."""
    if not text:
        return "NaT"
    if time_format in (AMERICAN, AMERICAN_DAY):
        day, _, clock = text.partition(" ")
        month, day, year = day.split("/")
        return f"{year}-{month:0>2}-{day:0>2}T{clock_24(clock)}"
    return text


def clock_24(clock):
    if not clock:
        return "00:00:00"
    hour, rest = clock[:-3].split(":", 1)
    return f"{int(hour) % 12 + 12 * (clock[-2:] == 'PM'):02}:{rest}"


def csv_array(texts, column):
    if column.type == "timestamp":
        times = np.array([iso(text, column.time_format) for text in texts], dtype="datetime64[s]")
        return pa.array(times)
    if column.type in ("integer", "double"):
        kind = pa.int64() if column.type == "integer" else pa.float64()
        return pa.array([parse(text, column) for text in texts], kind)
    return pa.array(texts, pa.large_string())


def csv_batches(path, table, columns):
    with open(path, encoding=table.encoding, newline="") as file:
        reader = csv.reader(file, strict=True)
        next(reader)
        while rows := list(itertools.islice(reader, BATCH_ROWS)):
            transposed = zip(*rows, strict=True)
            yield {c.name: csv_array(texts, c) for c, texts in zip(columns, transposed, strict=True)}


def parquet_batches(path, columns, wanted):
    files = pads.dataset(path, format="parquet")
    headers = {normalise(name): name for name in files.schema.names}
    by_header = {column.name: headers[normalise(column.header)] for column in columns if column.name in wanted}
    for batch in files.to_batches(columns=list(by_header.values()), batch_size=BATCH_ROWS):
        if batch.num_rows:
            yield {name: batch.column(header) for name, header in by_header.items()}


def store_array(item, begin, end):
    """Rows of one column of a Colonnade partition as an Arrow array."""
    if isinstance(item, h5py.Dataset):
        return array_of_values(item, begin, end)
    if "mask" in item:
        return pa.array(item["values"][begin:end], mask=item["mask"][begin:end].astype(bool))
    if "sizes" in item:
        return array_of_texts(item, begin, end)
    if "codes" in item:
        texts = [text.decode() for text in item["categories"][:]]
        codes = item["codes"][begin:end]
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(texts, pa.string()))
    raise ValueError(f"{item.name} is stored in a way that is not known here")


def array_of_texts(item, begin, end):
    first = int(item["sizes"][:begin].sum(dtype=np.int64))
    starts = np.concatenate([[0], np.cumsum(item["sizes"][begin:end], dtype=np.int64)])
    data = item["data"][first : first + int(starts[-1])]
    plain = pa.LargeStringArray.from_buffers(len(starts) - 1, pa.py_buffer(starts), pa.py_buffer(data))
    if "codes" not in item:
        return plain
    packed = item["dictionary"][:].tobytes()
    count = int.from_bytes(packed[:8], "little")
    bounds = 8 + 8 * count + np.concatenate([[0], np.cumsum(np.frombuffer(packed, "<i8", count, 8))])
    known = pa.LargeStringArray.from_buffers(count, pa.py_buffer(bounds), pa.py_buffer(packed))
    codes = item["codes"][begin:end]
    return pc.coalesce(known.take(pa.array(codes, mask=codes < 0)), plain)


def array_of_values(item, begin, end):
    values = item[begin:end]
    if values.dtype == np.float64:
        return pa.array(values, mask=np.isnan(values))
    if "units" in item.attrs:
        return pa.array(values.astype(np.int64), pa.int64(), mask=values == item.attrs["_FillValue"])
    return pa.array(values)


def store_batches(path, wanted):
    (partition,) = Path(path).glob("*/partitions/*.h5")
    with h5py.File(partition) as file:
        columns = file["columns"]
        rows = int(columns.attrs["rows"])
        for begin in range(0, rows, BATCH_ROWS):
            end = min(begin + BATCH_ROWS, rows)
            yield {name: store_array(columns[name], begin, end) for name in wanted}


# --- answers ------------------------------------------------------------------


def answer_of(table, columns, batches, wanted):
    rows, groups, digests = 0, Counter(), {name: [0, 0] for name in wanted}
    for batch in batches:
        rows += len(next(iter(batch.values())))
        add_groups(groups, table, columns, batch)
        for column in columns:
            if column.name in wanted:
                count, total = digest(column, batch[column.name])
                digests[column.name][0] += count
                digests[column.name][1] = (digests[column.name][1] + total) % 2**64
    return {"rows": rows, "groups": dict(sorted(groups.items())), "columns": digests}


def differences(expected, found):
    """What differs, most important first."""
    told = []
    if expected["rows"] != found["rows"]:
        told.append(f"{found['rows']} rows instead of {expected['rows']}")
    if expected["groups"] != found["groups"]:
        names = expected["groups"].keys() | found["groups"].keys()
        wrong = sum(expected["groups"].get(name) != found["groups"].get(name) for name in names)
        told.append(f"{wrong} of {len(expected['groups'])} groups differ")
    for name, (count, total) in found["columns"].items():
        wanted_count, wanted_total = expected["columns"][name]
        if count != wanted_count:
            told.append(f"{name}: {count} values instead of {wanted_count}")
        elif total != wanted_total:
            told.append(f"{name}: other values")
    return told


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=("reference", "compare"))
    parser.add_argument("config")
    parser.add_argument("table", choices=TABLES)
    parser.add_argument("csv")
    parser.add_argument("reference")
    parser.add_argument("kind", nargs="?", choices=("store", "parquet"))
    parser.add_argument("result", nargs="?")
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args()


def main():
    given = arguments()
    table = TABLES[given.table]
    columns = read_columns(given.config, table, given.csv)
    wanted = [column.name for column in columns]
    if given.mode == "reference":
        answer = answer_of(table, columns, csv_batches(given.csv, table, columns), wanted)
        Path(given.reference).write_text(json.dumps(answer, indent=1), encoding="utf-8")
        print(f"{answer['rows']} rows, {len(answer['groups'])} groups")
        return 0
    if given.quick:
        wanted = [name for name in wanted if name in (table.time, table.group)]
    batches = (
        store_batches(given.result, wanted)
        if given.kind == "store"
        else (parquet_batches(given.result, columns, wanted))
    )
    told = differences(
        json.loads(Path(given.reference).read_text(encoding="utf-8")), answer_of(table, columns, batches, wanted)
    )
    print("; ".join(told) if told else "equal")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
