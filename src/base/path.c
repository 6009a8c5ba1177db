/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Paths as texts; nothing here looks at the file system.
 */
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"

enum { SAFE_NAME_MAX_BYTES = 200 };

cln_span cln_path_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return cln_span_of_string(slash == NULL ? path : slash + 1);
}

static cln_span without_extension(cln_span name) {
    for (size_t i = name.size; i > 1; i--) { /* a dot at the front starts a hidden name, no extension */
        if (name.data[i - 1] == '.') return cln_span_of(name.data, i - 1);
    }
    return name;
}

cln_span cln_path_stem(const char *path) {
    return without_extension(cln_path_name(path));
}

static bool ends_with(cln_span text, const char *ending) {
    const size_t size = strlen(ending);
    return text.size > size && memcmp(text.data + text.size - size, ending, size) == 0;
}

cln_span cln_path_data_stem(const char *path) {
    cln_span name = cln_path_name(path);
    if (ends_with(name, ".gz") || ends_with(name, ".zst")) name = without_extension(name);
    return without_extension(name);
}

cln_status cln_path_join(char **path, const char *dir, const char *name, cln_error *err) {
    const size_t length = strlen(dir);
    const bool needs_slash = length > 0 && dir[length - 1] != '/';
    return cln_format_string(path, err, "%s%s%s", dir, needs_slash ? "/" : "", name);
}

bool cln_path_is_safe_name(const char *name) {
    if (name[0] == '\0' || name[0] == '.' || name[0] == '-') return false;
    size_t length = 0;
    for (; name[length] != '\0'; length++) {
        const unsigned char c = (unsigned char)name[length];
        if (c < 0x20 || c == 0x7f || c == '/' || length == SAFE_NAME_MAX_BYTES) return false;
    }
    return true;
}
