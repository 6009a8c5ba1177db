# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the answer of an engine with that of Python's own csv module.

    check.py reference CONFIG TABLE CSV REFERENCE
    check.py compare CONFIG TABLE CSV REFERENCE store|parquet RESULT [--quick]

The answer to a file is: its number of rows; how many of them fall into each
month and group (road condition, agency, ...); and for each column how many
values it has and the sum, modulo 2^64, of all their bit patterns (numbers,
times in seconds) or hashes (texts), so that one wrong bit anywhere shows. With
--quick only the rows, the groups and the two columns that make them are compared.

Engines that keep blanks, case and spellings as they stand in the file are not
blamed: everyone's texts are brought into Colonnade's form before they count.
A result is compared column by column, on all cores. Prints "equal", or what
differs and exits with 1.
"""

import argparse
import csv
import itertools
import json
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from tables import AMERICAN, AMERICAN_DAY, TABLES, normalise, read_columns

BATCH_ROWS = 1 << 18
SECONDS_OF_DAY = 86400
YES = pa.array(["y", "yes", "t", "true", "1"], pa.large_string())


# --- texts in Colonnade's form ------------------------------------------------


def canonical(texts, column):
    """An array of cells as Colonnade stores them, null for blank ones."""
    texts = pc.ascii_trim(texts, " \t\r\n\v\f")
    blank = pc.equal(texts, "")
    if column.type == "boolean":
        texts = pc.if_else(pc.is_in(pc.ascii_lower(texts), YES), "1", "0")
    if column.fold == "upper":
        texts = pc.ascii_upper(texts)
    if column.zip5:
        texts = pc.replace_substring_regex(texts, r"(?s)\A(.{5})-.{4}\z", r"\1")
    if column.synonyms:
        spellings, meant = (pa.array(part, texts.type) for part in zip(*column.synonyms.items(), strict=True))
        texts = pc.coalesce(meant.take(pc.index_in(texts, spellings)), texts)
    return pc.if_else(blank, None, texts)


def as_texts(array):
    if pa.types.is_boolean(array.type):
        return pc.if_else(array, "1", "0")
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        decoded = [b.decode("utf-8", "replace") if b is not None else None for b in array.to_pylist()]
        return pa.array(decoded, pa.large_string())
    return array.cast(pa.large_string())


def encoded(array):
    return array if pa.types.is_dictionary(array.type) else array.dictionary_encode()


# --- the digest of a column ---------------------------------------------------


def bits(values):
    return int(np.sum(values.view(np.uint64), dtype=np.uint64)) if len(values) else 0


def digest_texts(column, array):
    """Hashes each text of the dictionary once. Plain texts hardly repeat, and need none."""
    if pa.types.is_large_string(array.type):
        counts = np.ones(len(array), dtype=np.uint64)
    else:
        array = encoded(array)
        counts = np.bincount(array.indices.drop_null(), minlength=len(array.dictionary)).astype(np.uint64)
        array = array.dictionary
    texts = canonical(as_texts(array), column)
    counts = counts[texts.is_valid().to_numpy(zero_copy_only=False)]
    cells = texts.drop_null().cast(pa.large_binary()).to_numpy(zero_copy_only=False)
    hashes = pd.util.hash_array(cells, categorize=False)
    return int(counts.sum()), int(np.sum(hashes * counts, dtype=np.uint64))


def digest(column, array):
    """Count and sum of an Arrow array of any type, as the declared one."""
    if column.type in ("category", "text", "boolean"):
        return digest_texts(column, array)
    array = array.drop_null()
    if column.type == "timestamp":
        array = seconds(array)
    kind = np.float64 if column.type == "double" else np.int64
    values = np.ascontiguousarray(array.to_numpy(zero_copy_only=False), dtype=kind)
    return len(values), bits(values)


def seconds(array):
    """Times of any kind as seconds since 1970."""
    if pa.types.is_timestamp(array.type) and array.type.tz is not None:
        array = array.cast(pa.timestamp(array.type.unit, "UTC")).cast(pa.timestamp(array.type.unit))
    if not pa.types.is_integer(array.type):
        array = array.cast(pa.timestamp("s"))
    return array.cast(pa.int64())


def add_groups(groups, table, column, batch):
    """Counts the rows of each month and group of a batch {name: array}."""
    keys = encoded(batch[column.name])
    values = [*canonical(as_texts(keys.dictionary), column).to_pylist(), None]
    codes = keys.indices.cast(pa.int64()).fill_null(len(values) - 1).to_numpy()
    if table.time is None:
        days = np.zeros(len(codes), dtype=np.int64)
    else:
        days = seconds(batch[table.time]).fill_null(-1).to_numpy() // SECONDS_OF_DAY
    pairs, counts = pc.value_counts(pa.array(days * len(values) + codes)).flatten()
    days, codes = np.divmod(pairs.to_numpy(), len(values))
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    for month, code, count in zip(months, codes, counts.to_pylist(), strict=True):
        groups[f"{month} {values[code]}"] += count


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
    return pa.array(texts, pa.large_string()).dictionary_encode()


def csv_batches(path, table, columns, wanted):
    with open(path, encoding=table.encoding, newline="") as file:
        reader = csv.reader(file, strict=True)
        next(reader)
        while rows := list(itertools.islice(reader, BATCH_ROWS)):
            transposed = zip(*rows, strict=True)
            cells = zip(columns, transposed, strict=True)
            yield {c.name: csv_array(texts, c) for c, texts in cells if c.name in wanted}


def parquet_batches(path, columns, wanted):
    """The row groups of some columns, whose texts come as dictionaries."""
    headers = {normalise(name): name for name in pads.dataset(path, format="parquet").schema.names}
    by_header = {column.name: headers[normalise(column.header)] for column in columns if column.name in wanted}
    names = list(by_header.values())
    files = pads.dataset(path, format=pads.ParquetFileFormat(dictionary_columns=names))
    for file in files.get_fragments():
        for group in file.split_by_row_group():
            for batch in group.to_table(columns=names, use_threads=False).combine_chunks().to_batches():
                yield {name: batch.column(header) for name, header in by_header.items()}


def spans(rows):
    return [(begin, min(begin + BATCH_ROWS, rows)) for begin in range(0, rows, BATCH_ROWS)]


def store_arrays(item, rows):
    """The first rows of one column of a Colonnade partition, batch by batch."""
    if isinstance(item, h5py.Dataset):
        return (array_of_values(item, *span) for span in spans(rows))
    if "mask" in item:
        return (array_of_masked(item, *span) for span in spans(rows))
    if "sizes" in item:
        return arrays_of_texts(item, rows)
    if "codes" in item:
        return arrays_of_categories(item, rows)
    raise ValueError(f"{item.name} is stored in a way that is not known here")


def arrays_of_categories(item, rows):
    texts = pa.array([text.decode() for text in item["categories"][:]], pa.string())
    for begin, end in spans(rows):
        codes = item["codes"][begin:end]
        yield pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), texts)


def arrays_of_texts(item, rows):
    known = known_texts(item) if "codes" in item else None
    first = 0
    for begin, end in spans(rows):
        starts = np.concatenate([[0], np.cumsum(item["sizes"][begin:end], dtype=np.int64)])
        data = item["data"][first : first + int(starts[-1])]
        first += len(data)
        texts = texts_between(starts, data)
        yield texts if known is None else with_known(texts, known, item["codes"][begin:end])


def known_texts(item):
    packed = item["dictionary"][:].tobytes()
    count = int.from_bytes(packed[:8], "little")
    sizes = np.frombuffer(packed, "<i8", count, 8)
    return texts_between(8 + 8 * count + np.concatenate([[0], np.cumsum(sizes)]), packed)


def texts_between(bounds, data):
    texts = pa.LargeStringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(data))
    texts.validate(full=True)
    return texts


def with_known(texts, known, codes):
    """The known text of each row that has a code, its own text otherwise."""
    own = np.flatnonzero(codes < 0)
    codes = codes.astype(np.int64)
    codes[own] = len(known) + np.arange(len(own))
    return pa.DictionaryArray.from_arrays(codes, pa.concat_arrays([known, texts.take(pa.array(own))]))


def array_of_masked(item, begin, end):
    return pa.array(item["values"][begin:end], mask=item["mask"][begin:end].astype(bool))


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
        for arrays in zip(*(store_arrays(columns[name], rows) for name in wanted), strict=True):
            yield dict(zip(wanted, arrays, strict=True))


# --- answers ------------------------------------------------------------------


def shares_of(table, columns):
    """The columns one by one, slow ones first; the two that make the groups stay together."""
    grouping = [column for column in columns if column.name in (table.time, table.group)]
    others = [column for column in columns if column not in grouping]
    return [grouping, *([column] for column in sorted(others, key=lambda column: column.type != "text"))]


def answer_of_share(table, batches_of, share):
    """Rows, groups if these columns have them, and digests."""
    rows, groups, digests = 0, Counter(), {column.name: [0, 0] for column in share}
    for batch in batches_of([column.name for column in share]):
        rows += len(batch[share[0].name])
        for column in share:
            if column.name == table.group:
                add_groups(groups, table, column, batch)
            count, total = digest(column, batch[column.name])
            digests[column.name][0] += count
            digests[column.name][1] = (digests[column.name][1] + total) % 2**64
    return rows, groups, digests


def answer_of(table, batches_of, shares):
    """The answer of processes that go over a file for a share of its columns each."""
    with ProcessPoolExecutor(min(len(shares), len(os.sched_getaffinity(0)))) as pool:
        answers = list(pool.map(partial(answer_of_share, table, batches_of), shares))
    lengths = {rows for rows, _, _ in answers}
    if len(lengths) > 1:
        raise ValueError(f"columns have from {min(lengths)} to {max(lengths)} rows")
    return {
        "rows": lengths.pop(),
        "groups": dict(sorted(sum((groups for _, groups, _ in answers), Counter()).items())),
        "columns": {name: found for _, _, digests in answers for name, found in digests.items()},
    }


def differences(expected, found):
    """What differs, most important first."""
    told = []
    if expected["rows"] != found["rows"]:
        told.append(f"{found['rows']} rows instead of {expected['rows']}")
    if expected["groups"] != found["groups"]:
        names = expected["groups"].keys() | found["groups"].keys()
        wrong = sum(expected["groups"].get(name) != found["groups"].get(name) for name in names)
        told.append(f"{wrong} of {len(expected['groups'])} groups differ")
    for name in sorted(found["columns"], key=list(expected["columns"]).index):
        count, total = found["columns"][name]
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
    if given.mode == "reference":
        answer = answer_of(table, partial(csv_batches, given.csv, table, columns), [columns])
        Path(given.reference).write_text(json.dumps(answer, indent=1), encoding="utf-8")
        print(f"{answer['rows']} rows, {len(answer['groups'])} groups")
        return 0
    shares = shares_of(table, columns)
    if given.quick:
        shares = shares[:1]
    batches_of = (
        partial(store_batches, given.result)
        if given.kind == "store"
        else partial(parquet_batches, given.result, columns)
    )
    expected = json.loads(Path(given.reference).read_text(encoding="utf-8"))
    told = differences(expected, answer_of(table, batches_of, shares))
    print("; ".join(told) if told else "equal")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
