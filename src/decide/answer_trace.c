/* What the log of answers needs, written once when an answer is made and kept with its text. Form: the strategy, a space, the
 * items, and behind a line break (which no JSON text holds) the products of the bundle. */
#include "decide/recommend_int.h"
#include "schema/exposed_items.h"

enum { TRACE_BYTES = 128 * KIB };                           /* 50 items of the longest ids, every letter escaped */

void trace_write(buf *b, const recommend_answer *a) {
    json_out w;
    buf_text(b, a->strategy);
    buf_char(b, ' ');
    jw_init(&w, b);
    jw_array(&w);
    for (size_t i = 0; i < a->n; i++) {
        const recommended *x = &a->items[i];
        exposed_item_write(&w, &(exposed_item){ x->item->product_id, str_of(decide_source_name(x->source)), x->probability, x->propensity,
                                                x->incentive_minor });
    }
    jw_end_array(&w);
    if (!a->bundle.n) return;
    buf_char(b, '\n');
    jw_init(&w, b);
    jw_array(&w);
    for (size_t i = 0; i < a->bundle.n; i++) jw_str(&w, a->bundle.items[i]->product_id);
    jw_end_array(&w);
}

void trace_init(ctx *c, buf *b) { buf_init_in(b, c->arena, TRACE_BYTES); }

void trace_read(str kept, recommend_trace *t) {
    t->strategy = str_cut(&kept, ' ');
    t->items = str_cut(&kept, '\n');
    t->bundle = kept;
}

err_code recommend_trace_of(ctx *c, const recommend_answer *a, recommend_trace *ret_trace) {
    buf b;
    trace_init(c, &b);
    trace_write(&b, a);
    if (buf_err(&b)) return fail(c, buf_err(&b), "keep what was answered");
    recommend_trace t = { .terms = a->terms, .placement = a->placement, .product_id = a->product_id, .model_version = a->model_version };
    memcpy(t.rec_id, a->rec_id, sizeof t.rec_id);
    trace_read(buf_view(&b), &t);
    *ret_trace = t;
    return ERR_OK;
}
