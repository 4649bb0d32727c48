/* Prints recommendations. */
#include "app/answer.h"
#include "base/limits.h"
#include "decide/catalogue.h"

enum { NAME_BYTES = 52, NAME_COLUMN = 44, MONEY_COLUMN = 14 };

err_code answer_open(ctx *c, home *h, int64_t store_id, answer_source *ret_source) {
    answer_source a = { 0 };
    TRY(serving_registry_new(c, &(serving_options){ .data_dir = str_of(h->dir) }, &a.registry));
    err_code e = serving_load(c, a.registry, h->d, store_id);
    if (!e) a.s = serving_pin(a.registry, store_id);
    if (!e && !a.s) e = fail(c, ERR_NOT_READY, "the store could not be loaded");
    if (e) answer_close(&a);
    else *ret_source = a;
    return e;
}

void answer_close(answer_source *a) {
    if (a->s) serving_unpin(a->s);
    serving_registry_free(a->registry);
    *a = (answer_source){ 0 };
}

/* Columns are counted in characters: printf counts bytes, and names of products have letters of several. */
static int bytes_beyond_letters(str s) {
    int n = 0;
    for (size_t i = 0; i < s.n; i++) n += ((unsigned char)s.p[i] & 0xC0) == 0x80;
    return n;
}

/* `width` 0: as long as it is. */
static void print_money(FILE *out, int width, int64_t minor, const serving_facts *f) {
    AUTO_BUF b;
    buf_init(&b, 192);
    price_text(&b, minor, f->currency, f->locale, f->prices);
    fprintf(out, "%*.*s", width ? width + bytes_beyond_letters(buf_view(&b)) : 0, STR_ARG(buf_view(&b)));
}

static void print_item(FILE *out, const recommended *r, const serving_facts *f) {
    str name = str_clip(r->item->name, NAME_BYTES);
    fprintf(out, "  %-10.*s %-*.*s", STR_ARG(r->item->product_id), NAME_COLUMN + bytes_beyond_letters(name), STR_ARG(name));
    print_money(out, MONEY_COLUMN, r->price_minor, f);
    fprintf(out, "  %5.1f %%  %s", 100 * r->probability, r->reason);
    if (r->discount_percent) fprintf(out, ", %d %% off", r->discount_percent);
    fputc('\n', out);
}

static void print_bundle(FILE *out, const recommend_bundle *b, const serving_facts *f) {
    if (!b->n) return;
    fputs("  bundle:", out);
    for (size_t i = 0; i < b->n; i++) fprintf(out, "%s %.*s", i ? " +" : "", STR_ARG(str_clip(b->items[i]->name, 40)));
    fputs(", ", out);
    print_money(out, 0, b->bundle_minor, f);
    fputs(" instead of ", out);
    print_money(out, 0, b->normal_minor, f);
    fputc('\n', out);
}

err_code answer_print(ctx *c, const answer_source *a, const recommend_query *q, bool json, FILE *out) {
    recommend_answer answer;
    TRY(recommend(c, a->s, q, &answer));
    if (json) {
        buf b;
        buf_init_in(&b, c->arena, MIB);
        json_out w;
        jw_init(&w, &b);
        TRY(recommend_json(c, &w, a->s, &answer));
        fprintf(out, "%s\n", b.p);
        return ERR_OK;
    }
    serving_facts f;
    serving_get_facts(a->s, &f);
    if (q->product_id.n) {
        const catalogue_item *seen = serving_find(a->s, q->product_id);
        fprintf(out, "for %.*s: %.*s\n", STR_ARG(q->product_id), STR_ARG(seen ? seen->name : STR("not in this shop")));
    }
    for (size_t i = 0; i < answer.n; i++) print_item(out, &answer.items[i], &f);
    if (!answer.n) fputs("  nothing: the shop sells nothing that may be shown here\n", out);
    print_bundle(out, &answer.bundle, &f);
    return ERR_OK;
}

err_code answer_good_product(ctx *c, const answer_source *a, str *ret_product_id) {
    rule_pair *pairs;
    size_t n;
    TRY(recommend_top_pairs(c, a->s, SOURCE_CROSS_SELL, 1, &pairs, &n));
    *ret_product_id = (str){ 0 };
    if (n) {
        *ret_product_id = pairs[0].from->product_id;
        return ERR_OK;
    }
    recommend_query q = RECOMMEND_QUERY;
    recommend_answer answer;
    q.n = 1;
    TRY(recommend(c, a->s, &q, &answer));
    if (answer.n) *ret_product_id = answer.items[0].item->product_id;
    return ERR_OK;
}
