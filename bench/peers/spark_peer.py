# SPDX-License-Identifier: GPL-3.0-or-later
"""Spark local[N]: spark.read.csv with a schema, write.parquet (a folder of files)."""

from pyspark.sql import SparkSession, types

from peer import job_of_command_line

TYPES = {"integer": types.LongType(), "double": types.DoubleType()}
JAVA_FORMATS = {
    "%Y-%m-%d %H:%M:%S": "yyyy-MM-dd HH:mm:ss",
    "%m/%d/%Y %I:%M:%S %p": "M/d/yyyy h:mm:ss a",
    "%m/%d/%Y": "M/d/yyyy",
}


def type_of(column):
    if column.time_format == "%m/%d/%Y":
        return types.DateType()
    if column.type == "timestamp":
        return types.TimestampType()
    return TYPES.get(column.type, types.StringType())


def session(job):
    return (
        SparkSession.builder.master(f"local[{job.threads}]")
        .config("spark.driver.memory", "8g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.legacy.javaCharsets", "true")  # Windows-1252 among them
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.local.dir", f"{job.out}.spark")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )


def read(spark, job):
    reader = spark.read.schema(types.StructType([types.StructField(c.header, type_of(c)) for c in job.columns]))
    for column in job.timestamps():
        key = "dateFormat" if column.time_format == "%m/%d/%Y" else "timestampFormat"
        reader = reader.option(key, JAVA_FORMATS[column.time_format])
    return reader.csv(
        job.csv,
        header=True,
        enforceSchema=True,
        quote='"',
        escape='"',
        encoding=job.table.encoding,
        multiLine=job.table.newlines_in_quotes,
        lineSep="\n" if job.table.name == "numbers" else "\r\n",
    )


def main():
    job = job_of_command_line()
    spark = session(job)
    if not job.start_only:
        read(spark, job).write.option("compression", job.compression).parquet(job.out)
        job.finish()
    spark.stop()


if __name__ == "__main__":
    main()
