/* CSV records: any bytes give clean fields with rising line numbers, or a problem; reading always ends. The first byte picks the
 * encoding told and how long a record may be. */
#include "fuzz/fuzz.h"
#include "base/csv.h"
#include "base/limits.h"
#include <stdlib.h>

static void check_csv_record(const csv_record *record, int64_t after, size_t longest) {
    if (record->line <= after || record->n > LIMIT_IMPORT_FIELDS || (record->problem && record->n)) abort();
    for (size_t i = 0; i < record->n; i++)
        if (!str_is_utf8(record->fields[i]) || record->fields[i].n > longest * 4) abort();
}

FUZZ_TARGET(data, size) {
    if (size < 1) return 0;
    FUZZ_CTX(c, a, 16 * MIB);
    const csv_options o = { .encoding = (csv_encoding)(data[0] % 3), .max_record = data[0] & 4 ? 64 : 4096 };
    AUTO_CSV *r = NULL;
    if (csv_open_memory(&c, (str){ (const char *)data + 1, size - 1 }, &o, &r)) return 0;
    csv_record record = { 0 };
    int64_t line_before = 0;
    for (bool more = true; !csv_next(&c, r, &record, &more) && more; line_before = record.line)
        check_csv_record(&record, line_before, 4096);
    return 0;
}
