/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/store/dataset_paths.h"

#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <string.h>

cln_status cln_dataset_dir(char **dir, const char *store_dir, const char *dataset, cln_error *err) {
    if (!cln_path_is_safe_name(dataset)) {
        return cln_fail(err, CLN_ERR_USAGE, "a dataset cannot be named '%s': use letters, digits, '_' and '-'",
                        dataset);
    }
    return cln_path_join(dir, store_dir, dataset, err);
}

cln_status cln_dataset_path(char **path, const char *store_dir, const char *dataset, const char *inner,
                            cln_error *err) {
    char *dir;
    CLN_TRY(cln_dataset_dir(&dir, store_dir, dataset, err));
    const cln_status status = cln_path_join(path, dir, inner, err);
    free(dir);
    return status;
}

/* STORE/NAME/FOLDER/MARK ID.h5 */
static cln_status path_of_id(char **path, const char *store_dir, const char *dataset, const char *folder_and_mark,
                             const char *id, cln_error *err) {
    char *inner;
    CLN_TRY(cln_format_string(&inner, err, "%s%s%s", folder_and_mark, id, CLN_PARTITION_SUFFIX));
    const cln_status status = cln_dataset_path(path, store_dir, dataset, inner, err);
    free(inner);
    return status;
}

cln_status cln_partition_temporary_path(char **path, const char *store_dir, const char *dataset, const char *id,
                                        cln_error *err) {
    return path_of_id(path, store_dir, dataset, CLN_PARTITIONS_DIR "/" CLN_TEMPORARY_MARK, id, err);
}

cln_status cln_unpublished_path(char **path, const char *store_dir, const char *dataset, const char *id,
                                cln_error *err) {
    return path_of_id(path, store_dir, dataset, CLN_UNPUBLISHED_DIR "/", id, err);
}

cln_status cln_partition_file_stem(char **stem, const char *id, cln_span digits, cln_error *err) {
    return cln_format_string(stem, err, CLN_PARTITIONS_DIR "/%s.%.*s", id, (int)digits.size, digits.data);
}

static bool is_in(const char *file, const char *folder) {
    const size_t size = strlen(folder);
    if (strncmp(file, folder, size) != 0 || file[size] != '/') return false;
    const char *name = file + size + 1;
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

bool cln_is_partition_file(const char *file) {
    return is_in(file, CLN_PARTITIONS_DIR);
}

bool cln_is_live_file(const char *file) {
    return is_in(file, CLN_LIVE_DIR);
}

bool cln_is_partition_name(const char *name) {
    const cln_span stem = cln_path_stem(name);
    if (name[0] == '.' || strcmp(stem.data + stem.size, CLN_PARTITION_SUFFIX) != 0) return false;
    size_t digits = 0;
    while (digits < stem.size && strchr("0123456789abcdef", stem.data[stem.size - 1 - digits]) != NULL) digits++;
    return digits > 0 && digits + 1 < stem.size && stem.data[stem.size - 1 - digits] == '.';
}

bool cln_is_temporary_name(const char *name) {
    static const char mark[] = CLN_TEMPORARY_MARK;
    if (strncmp(name, mark, sizeof mark - 1) == 0) return true;
    const char *found = strstr(name, mark);
    if (found == NULL) return false;
    const char *number = found + sizeof mark - 1;
    return number[0] != '\0' && strspn(number, "0123456789") == strlen(number);
}
