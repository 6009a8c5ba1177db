# SPDX-License-Identifier: GPL-3.0-or-later
"""ClickHouse (chdb): INSERT INTO FUNCTION file(Parquet) SELECT FROM file(CSV).

Numbers that may be empty in quotes, and times other than ISO 8601, are read as
texts and converted: taking bad values as defaults is slower. So is LowCardinality;
Parquet has dictionaries of its own.
"""

import chdb

from peer import job_of_command_line
from tables import ISO

TYPES = {"integer": "Nullable(Int64)", "double": "Nullable(Float64)"}


def type_of(column, table):
    if column.time_format == ISO:
        return "Nullable(DateTime('UTC'))"
    if table.dataset == "service_requests_311" and column.type == "double":
        return "Nullable(String)"
    return TYPES.get(column.type, "Nullable(String)")


def expression_of(column, table):
    name = f"`{column.header}`"
    if column.type == "timestamp" and column.time_format != ISO:
        return f"parseDateTimeBestEffortUSOrNull({name}, 'UTC') AS {name}"
    if column.type == "double" and type_of(column, table) == "Nullable(String)":
        return f"toFloat64OrNull({name}) AS {name}"
    if column.type not in ("integer", "double", "timestamp") and table.encoding != "utf-8":
        return f"convertCharset({name}, '{table.encoding}', 'utf-8') AS {name}"
    return name


def statement(job):
    structure = ", ".join(f"`{column.header}` {type_of(column, job.table)}" for column in job.columns)
    select = ", ".join(expression_of(column, job.table) for column in job.columns)
    settings = {
        "max_threads": job.threads,
        "max_insert_threads": job.threads,
        "max_parsing_threads": job.threads,
        "output_format_parquet_compression_method": f"'{job.compression}'",
        "output_format_parquet_string_as_string": 1,
        "session_timezone": "'UTC'",
        "max_memory_usage": 0,
    }
    return (
        f"INSERT INTO FUNCTION file('{job.out}', 'Parquet') "
        f"SELECT {select} FROM file('{job.csv}', 'CSVWithNames', '{structure.replace(chr(39), chr(39) * 2)}') "
        f"SETTINGS {', '.join(f'{key}={value}' for key, value in settings.items())}"
    )


def main():
    job = job_of_command_line()
    if job.start_only:
        chdb.query("SELECT 1")
        return
    chdb.query(statement(job))
    job.finish()


if __name__ == "__main__":
    main()
