/* Offers in answers. An answer's text is kept for others who ask the same, and an offer is one visitor's: the text holds what is offered
 * between two bytes that JSON never contains, and each copy of it gets tokens of its own there. */
#include <string.h>
#include "decide/recommend_int.h"

enum { MARK = '\1' };               /* the writer escapes control characters, so no text of the shop can hold one */

void answer_offer_place(json_out *w, const serving *s, offer_kind kind, const catalogue_item *const *items, size_t n, int percent) {
    str ids[OFFER_PRODUCTS];
    if (!s->loaded->offers.made || percent < 1 || n > OFFER_PRODUCTS) return;
    for (size_t i = 0; i < n; i++) ids[i] = items[i]->product_id;
    jw_key(w, "offer");
    jw_raw(w, STR("\1"));
    offer_write_terms(w->b, kind, ids, n, percent);
    buf_char(w->b, MARK);
}

static err_code write_token(ctx *c, const serving *s, const offer_order *o, buf *out) {
    buf_char(out, '"');
    TRY(offer_write(c, &s->loaded->offers, o, out));
    buf_char(out, '"');
    return ERR_OK;
}

err_code answer_offers_fill(ctx *c, const serving *s, const char *rec_id, str visitor_id, buf *out, size_t from) {
    const char *first = buf_err(out) ? NULL : memchr(out->p + from, MARK, out->n - from);
    if (!first) return buf_err(out);
    size_t at = (size_t)(first - out->p);
    str rest = str_dup(c->arena, (str){ first, out->n - at });
    if (!rest.p) return fail(c, ERR_NO_MEMORY, "offer what an answer promises");
    buf_cut(out, at);
    offer_order o = { .store_id = s->loaded->store_id, .end_s = ctx_now_ms(c) / MS_PER_SECOND + OFFER_SECONDS,
                      .visitor_id = str_clip(visitor_id, LIMIT_ID_BYTES), .rec_id = str_of(rec_id) };
    for (bool is_terms = false; rest.p; is_terms = !is_terms) {
        o.terms = str_cut(&rest, MARK);
        if (is_terms) TRY(write_token(c, s, &o, out));
        else buf_str(out, o.terms);
    }
    return buf_err(out);
}

err_code serving_offer_read(ctx *c, const serving *s, str token, signed_offer *ret_offer) {
    return offer_read(c, &s->loaded->offers, s->loaded->store_id, token, ret_offer);
}
