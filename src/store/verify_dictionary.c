/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "colonnade/base/utf8.h"
#include "heap_texts.h"
#include "verify_column.h"

#include <stdlib.h>

/* That it is sorted and unique was seen when it was read. */
static void check_texts(const cln_column_check *check, const cln_dictionary *dictionary) {
    for (size_t i = 0; i < dictionary->count; i++) {
        if (cln_utf8_is_valid(cln_dictionary_text(dictionary, i))) continue;
        cln_findings_add(check->findings, check->place, CLN_ERR_DATA, "category %zu is not UTF-8", i);
        return;
    }
}

static cln_status compare(const cln_column_check *check, cln_heap_texts *categories, const cln_dictionary *dictionary,
                          cln_error *err) {
    if (categories->count != dictionary->count) {
        cln_findings_add(check->findings, check->place, CLN_ERR_DATA,
                         "\"categories\" holds %llu texts, the dictionary %zu", (unsigned long long)categories->count,
                         dictionary->count);
        return CLN_OK;
    }
    for (size_t i = 0; i < dictionary->count; i++) {
        cln_span text;
        CLN_TRY(cln_heap_texts_get(categories, i, &text, err));
        if (cln_span_equal(text, cln_dictionary_text(dictionary, i))) continue;
        cln_findings_add(check->findings, check->place, CLN_ERR_DATA,
                         "category %zu is another text in \"categories\" than in the dictionary", i);
        return CLN_OK;
    }
    return CLN_OK;
}

static cln_status check_categories(const cln_column_check *check, const cln_partition_file *partition,
                                   const cln_dictionary *dictionary, cln_error *err) {
    char *path;
    CLN_TRY(cln_format_string(&path, err, "%s/%s/categories", cln_table_names[check->place.table], check->file.name));
    const hid_t dataset = H5Dopen2(partition->file, path, H5P_DEFAULT);
    free(path);
    if (dataset < 0) return cln_h5_fail(err, "cannot open \"categories\"");
    cln_heap_texts categories;
    cln_status status = cln_heap_texts_open(&categories, partition, dataset, err);
    if (status == CLN_OK) status = compare(check, &categories, dictionary, err);
    cln_heap_texts_close(&categories);
    (void)H5Dclose(dataset);
    return status;
}

void cln_check_dictionary(cln_column_check *check, cln_partition_file *partition) {
    cln_error err = {.message = ""};
    cln_dictionary dictionary = {0};
    cln_status status =
        cln_column_file_dictionary(partition, (size_t)check->place.table, check->file.name, &dictionary, &err);
    if (status == CLN_OK) {
        check_texts(check, &dictionary);
        /* Texts with numbers have none: AnnData, which reads them, reads no texts. */
        if (check->file.type == CLN_TYPE_CATEGORY) status = check_categories(check, partition, &dictionary, &err);
        cln_dictionary_clean_up(&dictionary);
    }
    if (status != CLN_OK) cln_findings_add(check->findings, check->place, CLN_ERR_DATA, "%s", err.message);
}
