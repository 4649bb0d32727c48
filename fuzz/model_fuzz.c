/* Saved models with bytes changed: refused, or safe to ask. The input says which model, then {place, byte} pairs to put over a
 * model that was fitted and saved here. */
#include <stdlib.h>
#include <string.h>
#include "fuzz/fuzz.h"
#include "base/limits.h"
#include "models/model.h"

enum { USERS = 12, ITEMS = 12, EACH = 6, MOST_ROWS = 64, PATCH = 4 };
static buf saved[MOST_ROWS];       /* each filled at its first use */

/* Users and items of equal parity go together, in two visits each. */
static void fit_row(size_t row) {
    uint64_t start[USERS + 1] = { 0 }, facts_start[ITEMS + 1] = { 0 };
    uint32_t item[USERS * EACH], visit[USERS * EACH], fact[ITEMS];
    int64_t time_ms[USERS * EACH];
    for (uint32_t u = 0; u < USERS; u++)
        for (uint32_t e = 0; e < EACH; e++) {
            uint64_t at = start[u] + e;
            item[at] = 2 * ((u + e) % (ITEMS / 2)) + u % 2, visit[at] = e / 3, time_ms[at] = 1000 * (int64_t)at, start[u + 1] = at + 1;
        }
    for (uint32_t i = 0; i < ITEMS; i++) fact[i] = i % 2, facts_start[i + 1] = i + 1;
    const csr facts = { ITEMS, 2, facts_start, fact, NULL };
    const interactions x = { .n_users = USERS, .n_items = ITEMS, .start = start, .item = item, .visit = visit, .time_ms = time_ms,
                             .as_of_ms = 1000000, .facts = &facts };
    FUZZ_CTX(c, a, 1024 * MIB);
    model m;
    model_options o = model_default_options(model_rows[row]);
    o.threads = 1;
    buf_init(&saved[row], 64 * MIB);
    if (model_fit(&c, model_rows[row], &x, &o, &m) || model_save(&c, &m, &saved[row])) abort();
}

FUZZ_TARGET(data, size) {
    static const uint32_t seen[] = { 0, 3, 5, 3, UINT32_MAX, 1 };
    static const uint32_t visit[] = { 0, 0, 1, 1, 1, 2 };
    if (size < 1) return 0;
    size_t row = data[0] % (n_model_rows < MOST_ROWS ? n_model_rows : MOST_ROWS);
    const buf *from = &saved[row];
    if (!from->n) fit_row(row);
    FUZZ_CTX(c, a, 256 * MIB);
    char *bytes = arena_alloc(&a, from->n + 64);
    if (!bytes) return 0;
    bytes += 64 - (uintptr_t)bytes % 64;
    memcpy(bytes, from->p, from->n);
    for (size_t i = 1; i + PATCH <= size; i += PATCH) {
        size_t at = (size_t)data[i] | (size_t)data[i + 1] << 8 | (size_t)data[i + 2] << 16;
        bytes[at % from->n] = (char)data[i + 3];
    }
    model m;
    if (model_load(&c, (str){ bytes, from->n }, &m) || m.n_items > ITEMS) return 0;
    const history asked[2] = { { .n = 6, .item = seen, .visit = visit, .user = MODEL_NOBODY }, { .user = 3 } };
    float scores[2 * ITEMS];
    if (model_score(&c, &m, asked, 2, scores)) return 0;            /* refusing is an answer */
    return 0;
}
