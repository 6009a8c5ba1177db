#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a dataset says of itself to what makes it again, byte for byte.

    colonnade info DATASET --provenance --format json | rebuild.py FOLDER

writes a configuration FOLDER/PARTITION.json for each partition, FILE.meta.json
where the file had one, and the commands, which it prints too, into
FOLDER/rebuild.sh. They read the files, with the names that they had, in the
folder in which the script runs, and take the options that are given to it:

    sh FOLDER/rebuild.sh --store NEW

The program must be of the version that wrote the dataset.
"""

import json
import os
import re
import shlex
import sys

DECLARED = ("role", "trim", "fold", "normalise", "formats", "synonyms")


def normalised(name):
    """A header's name as names are compared: letters and digits, the rest is one _."""
    lower = "".join(c.lower() if c.isascii() else c for c in name)
    return re.sub(r"[\x00-/:-`{-\x7f]+", "_", lower).strip("_")


def column_of(stored):
    """The declaration of a column in the configuration."""
    column = {"name": stored["name"], "type": stored["type"]}
    if normalised(stored["source_name"]) not in ("", normalised(stored["name"])):
        column["aliases"] = [stored["source_name"]]
    for key in DECLARED:
        if stored.get(key):
            column[key] = stored[key]
    column["trim"] = stored["trim"] == "both"
    return column


def columns_of(partition):
    """The declared columns; those of the key first, in its order, whether the file has them or not."""
    declared = {c["name"]: column_of(c) for c in partition["schema"] if "role" in c}
    if not partition["provenance"]["dialect"]["header"]:  # fields go to columns by their order
        return list(declared.values())
    key = {}
    for part in (partition["duplicates"] or {"key": []})["key"]:
        key[part["column"]] = declared.get(part["column"], {"name": part["column"], "type": "text", "role": "key"})
    columns = {**key, **{name: c for name, c in declared.items() if name not in key}}
    for part in (partition["duplicates"] or {"key": []})["key"]:
        columns[part["column"]]["compare"] = part["compare"]
    return [{k: v for k, v in c.items() if k != "compare" or c.get("type") not in ("integer", "double")}
            for c in columns.values()]


def datasets_of(partition):
    """What the configuration declares: nothing where a file made all types itself."""
    source = partition["provenance"]
    dataset = {"time_zone": source["time_zone"], "columns": columns_of(partition)}
    if partition["duplicates"]:
        dataset["on_duplicate"] = partition["duplicates"]["on_duplicate"]
    if not dataset["columns"]:
        if source["time_zone"] == "UTC" and all(c["type"] == "inferred" for c in partition["schema"]):
            return {}
        dataset["columns"] = [{"name": "no_column_of_the_file"}]
    return {source["dataset"]: dataset}


def options_of(source):
    """How the file is read, and what is done with what does not fit."""
    dialect = source["dialect"]
    options = ["--delimiter", "tab" if dialect["delimiter"] == "\t" else dialect["delimiter"]]
    options += ["--quote", dialect["quote"] or "none", "--encoding", dialect["fallback_encoding"]]
    options += ["--header" if dialect["header"] else "--no-header"]
    options += ["--newlines-in-quotes", "yes" if dialect["newlines_in_quotes"] else "no"]
    options += ["--skip-lines", str(dialect.get("skip_lines", 0))]
    options += ["--on-bad-cell", source["on_bad_cell"], "--on-malformed", source["on_malformed"]]
    options += ["--max-reject-rate", repr(source["max_reject_rate"])]
    return options + (["--allow-rejects"] if source["allow_rejects"] else [])


def dump(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False)


def command_of(partition, folder):
    """The command that makes a partition; its configuration is written."""
    source = partition["provenance"]
    config = os.path.join(folder, partition["partition"] + ".json")
    dump(config, {"datasets": datasets_of(partition)})
    command = ["colonnade", "ingest", source["dataset"], source["file_name"], "--as", partition["partition"]]
    command += ["--config", config] + options_of(source)
    if any(c["type"] == "inferred" for c in partition["schema"]):
        command += ["--schema", "auto"]
    return " ".join(map(shlex.quote, command)) + ' "$@"'


def main(folder):
    os.makedirs(folder, exist_ok=True)
    lines = ["set -e"]
    for partition in json.load(sys.stdin):
        source = partition["provenance"]
        if source["source"] is not None:
            meta = os.path.join(folder, source["file_name"] + ".meta.json")
            dump(meta, source["source"])
            lines.append("cp " + shlex.quote(meta) + " .")
        lines.append(command_of(partition, folder))
    with open(os.path.join(folder, "rebuild.sh"), "w", encoding="utf-8") as script:
        script.write("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
