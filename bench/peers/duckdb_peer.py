# SPDX-License-Identifier: GPL-3.0-or-later
"""DuckDB: COPY (SELECT * FROM read_csv(...)) TO Parquet, row order kept."""

import duckdb

from peer import job_of_command_line
from tables import AMERICAN_DAY

TYPES = {"integer": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN", "timestamp": "TIMESTAMP"}


def type_of(column):
    if column.time_format == AMERICAN_DAY:
        return "DATE"
    return TYPES.get(column.type, "VARCHAR")


def encoding_of(connection, table):
    """Windows-1252 needs an extension that is downloaded at run time."""
    if table.encoding == "utf-8":
        return {"encoding": "'utf-8'"}
    try:
        connection.execute("INSTALL encodings")
        connection.execute("LOAD encodings")
        return {"encoding": "'CP1252'"}
    except duckdb.Error:
        return {"encoding": "'utf-8'", "ignore_errors": "true"}  # it skips such records


def options_of(connection, job):
    struct = ", ".join(f"'{column.header}': '{type_of(column)}'" for column in job.columns)
    options = {
        "header": "true",
        "auto_detect": "false",
        "delim": "','",
        "quote": "'\"'",
        "escape": "'\"'",
        "new_line": r"'\n'" if job.table.name == "numbers" else r"'\r\n'",
        "columns": "{" + struct + "}",
        **encoding_of(connection, job.table),
    }
    for column in job.timestamps():
        key = "dateformat" if type_of(column) == "DATE" else "timestampformat"
        options[key] = f"'{column.time_format}'"
    return ", ".join(f"{key}={value}" for key, value in options.items())


def main():
    job = job_of_command_line()
    connection = duckdb.connect(config={"threads": job.threads})
    if not job.start_only:
        compression = {"none": "uncompressed"}.get(job.compression, job.compression)
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{job.csv}', {options_of(connection, job)})) "
            f"TO '{job.out}' (FORMAT parquet, COMPRESSION {compression})"
        )
        job.finish()


if __name__ == "__main__":
    main()
