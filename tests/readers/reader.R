# SPDX-License-Identifier: GPL-3.0-or-later
#
# Rscript reader.R PARTITION: the columns of a partition as lines of text, so
# that nothing of them is lost: column, row, and integers in decimal, doubles as
# C's %a, texts in hexadecimal; nothing where they are null.
suppressMessages(library(hdf5r))
partition <- commandArgs(trailingOnly = TRUE)[1]
master <- H5File$new("store/mixed/master.h5", "r")
columns <- master[[paste0("partitions/", partition, "/columns")]]

say <- function(name, values, nulls) {
  values[nulls] <- ""
  cat(paste(name, seq_along(values), values, sep = "\t"), sep = "\n")
}
# Texts of these sizes that stand one behind the other, as hexadecimal digits.
cut_texts <- function(data, sizes) {
  ends <- cumsum(sizes)
  vapply(seq_along(sizes), function(i) paste(data[seq_len(sizes[i]) + ends[i] - sizes[i]], collapse = ""), "")
}
hex <- function(text) paste(as.character(charToRaw(text)), collapse = "")

for (i in seq_along(h5attr(columns, "column_names"))) {
  name <- h5attr(columns, "column_names")[i]
  type <- h5attr(columns, "column_types")[i]
  column <- columns[[name]]
  if (type == "category") {
    codes <- column[["codes"]][]
    texts <- vapply(column[["categories"]][], hex, "")
    say(name, texts[replace(codes, codes < 0, NA) + 1], codes < 0)
  } else if (type == "text") {
    sizes <- as.numeric(column[["sizes"]][])
    texts <- cut_texts(as.character(as.raw(column[["data"]][])), sizes)
    if ("codes" %in% names(column)) {
      codes <- column[["codes"]][]
      packed <- as.raw(column[["dictionary"]][])
      count <- readBin(packed, "integer", 1, 8)
      known <- cut_texts(as.character(tail(packed, -8 * (count + 1))), readBin(tail(packed, -8), "integer", count, 8))
      texts <- ifelse(codes < 0, texts, known[pmax(codes, 0) + 1])
    }
    say(name, texts, texts == "")
  } else if (type == "double") {
    values <- column[]
    say(name, sprintf("%a", values), is.nan(values))
  } else if (inherits(column, "H5Group")) {
    values <- column[["values"]][]
    say(name, as.character(if (type == "boolean") as.integer(values) else values), column[["mask"]][])
  } else {
    values <- column[]
    say(name, format(values, scientific = FALSE, trim = TRUE), is.na(values))
  }
}
