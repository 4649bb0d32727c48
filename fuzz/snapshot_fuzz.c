/* Snapshot files with a right head and checksum around any bytes: refused, or safe to read in every place. */
#include "fuzz/fuzz.h"
#include "decide/snapshot.h"
#include <stdlib.h>
#include <string.h>

/* Models answer too: a short history, any scores. */
static void ask_model(ctx *c, const model *m) {
    static const uint32_t seen[] = { 0, 1, 2, UINT32_MAX };
    history asked = { .n = 4, .item = seen, .user = MODEL_NOBODY };
    float *scores = m->row ? arena_new(c->arena, float, m->n_items) : NULL;
    if (scores && model_score(c, m, &asked, 1, scores)) return;     /* refusing is an answer */
}

/* Touch all that a reader can reach; the sanitizers watch. */
static uint64_t walk_snapshot(const snapshot *s) {
    uint64_t sum = snapshot_popular(s).n + snapshot_trending(s).n + snapshot_newest(s).n + snapshot_history(s, STR("ana")).n;
    for (uint32_t i = 0; i < s->n_items; i++) {
        str id = snapshot_item_id(s, i);
        rule_span rules = snapshot_cross_sell(s, i), also = snapshot_also_bought(s, i);
        sum += snapshot_likeness(s, i, 0) > 0;
        sum += snapshot_find_item(s, id) + snapshot_upsells(s, i).n + snapshot_similar(s, i).n + snapshot_categories(s, i).n + also.n;
        for (uint32_t k = 0; k < rules.n; k++) sum += s->items[rules.p[k].item].sales;
    }
    for (uint32_t i = 0; i < s->n_categories; i++) {
        sum += snapshot_find_category(s, snapshot_category_id(s, i)) + snapshot_popular_in(s, i).n;
        for (uint32_t up = s->categories[i].parent; up != SNAPSHOT_NONE; up = s->categories[up].parent) sum++;
    }
    return sum;
}

FUZZ_TARGET(data, size) {
    static const char head[8] = "VITRSNAP";
    static const uint32_t format = SNAPSHOT_FORMAT;
    if (size < 64) return 0;
    FUZZ_CTX(c, a, 64 * 1024 * 1024);
    char *bytes = arena_alloc(&a, size);
    if (!bytes) return 0;
    memcpy(bytes, data, size);
    memcpy(bytes, head, sizeof head);
    memcpy(bytes + 16, &format, sizeof format);
    memcpy(bytes + 24, &size, sizeof size);
    snapshot_seal(bytes, size);
    snapshot s;
    if (!snapshot_read(&c, (str){ bytes, size }, &s)) {
        volatile uint64_t seen = walk_snapshot(&s);
        ask_model(&c, &s.personal_model);
        ask_model(&c, &s.session_model);
        (void)seen;                                             /* only the reading matters */
    }
    return 0;
}
