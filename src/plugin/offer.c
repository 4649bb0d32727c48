/* Tokens of offers, written and read. */
#include "plugin/offer.h"
#include "base/json.h"
#include "base/limits.h"
#include "schema/rec_id.h"

enum { MOST_JSON = 5 * 1024 };      /* four ids of LIMIT_ID_BYTES with every letter escaped, and the rest */
static const char *const kind_words[OFFER_KINDS] = { [OFFER_BUNDLE] = "bundle", [OFFER_INCENTIVE] = "incentive" };

offer_key offer_key_of(str secret) { return secret.n ? (offer_key){ crypto_hmac_key(secret), true } : (offer_key){ .made = false }; }

void offer_write_terms(buf *out, offer_kind kind, const str *products, size_t n, int percent) {
    json_out w;
    buf_text(out, "\"kind\":\"");
    buf_text(out, kind_words[kind]);
    buf_text(out, "\",\"products\":");
    jw_init(&w, out);
    jw_array(&w);
    for (size_t i = 0; i < n; i++) jw_str(&w, products[i]);
    jw_end_array(&w);
    buf_text(out, ",\"percent\":");
    buf_i64(out, percent);
}

static void write_json(ctx *c, const offer_order *o, buf *b) {
    char id[REC_ID_LENGTH + 1];
    json_out w;
    rec_id_make(ctx_now_ms(c), &c->random, id);
    jw_init(&w, b);
    jw_object(&w);
    jw_member_i64(&w, "v", 1);
    jw_member_text(&w, "id", id);
    jw_member_i64(&w, "store", o->store_id);
    buf_char(b, ',');
    buf_str(b, o->terms);
    jw_member_str(&w, "visitor", o->visitor_id);
    jw_member_str(&w, "rec", o->rec_id);
    jw_member_i64(&w, "exp", o->end_s);
    jw_end_object(&w);
}

static digest256 sign(const offer_key *k, str text) { return crypto_hmac_with(&k->mac, STR("offer."), text); }

err_code offer_write(ctx *c, const offer_key *k, const offer_order *o, buf *out) {
    buf b;
    buf_init_in(&b, c->arena, MOST_JSON);
    write_json(c, o, &b);
    str text = buf_err(&b) ? (str){ 0 } : crypto_base64url(c->arena, buf_view(&b));
    if (!text.p) return fail(c, ERR_NO_MEMORY, "make an offer");
    digest256 mac = sign(k, text);
    str signature = crypto_base64url(c->arena, (str){ (const char *)mac.b, sizeof mac.b });
    if (!signature.p) return fail(c, ERR_NO_MEMORY, "make an offer");
    buf_str(out, text);
    buf_char(out, '.');
    buf_str(out, signature);
    return buf_err(out);
}

/* ---- reading ---- */
static err_code refuse(ctx *c, const char *why) { return fail_field(c, ERR_FORBIDDEN, "offer", "this offer %s", why); }

static bool read_kind(const json_value *v, offer_kind *ret_kind) {
    str word = jr_string(jr_get(v, "kind"));
    for (int i = 0; i < OFFER_KINDS; i++)
        if (str_eq(word, str_of(kind_words[i]))) {
            *ret_kind = (offer_kind)i;
            return true;
        }
    return false;
}

static bool read_products(const json_value *list, signed_offer *o) {
    o->n = jr_count(list);
    if (o->n < 1 || o->n > OFFER_PRODUCTS) return false;
    for (size_t i = 0; i < o->n; i++) {
        o->products[i] = jr_string(jr_at(list, i));
        if (!o->products[i].n || o->products[i].n > LIMIT_ID_BYTES) return false;
    }
    return true;
}

/* Signed by us: what does not fit is of another version of ours. */
static bool read_json(const json_value *v, int64_t *ret_store, signed_offer *o) {
    int64_t version = 0, percent = 0;
    if (!jr_i64(jr_get(v, "v"), &version) || version != 1 || !jr_i64(jr_get(v, "store"), ret_store)) return false;
    if (!jr_i64(jr_get(v, "exp"), &o->end_s) || !jr_i64(jr_get(v, "percent"), &percent) || percent < 1 || percent > 90) return false;
    o->percent = (int)percent;
    o->id = jr_string(jr_get(v, "id"));
    o->visitor_id = jr_string(jr_get(v, "visitor"));
    o->rec_id = jr_string(jr_get(v, "rec"));
    return o->id.n == REC_ID_LENGTH && read_kind(v, &o->kind) && read_products(jr_get(v, "products"), o);
}

static bool is_signed(ctx *c, const offer_key *k, str text, str signature) {
    str told;
    digest256 mac = sign(k, text);
    return crypto_unbase64url(c->arena, signature, &told) && crypto_equal(told, (str){ (const char *)mac.b, sizeof mac.b });
}

err_code offer_read(ctx *c, const offer_key *k, int64_t store_id, str token, signed_offer *ret_offer) {
    str signature = token, json = { 0 };
    str text = str_cut(&signature, '.');
    const json_value *v = NULL;
    signed_offer o = { 0 };
    int64_t store = 0;
    if (!k->made || token.n > LIMIT_OFFER_BYTES || !is_signed(c, k, text, signature)) return refuse(c, "is not of this shop");
    if (!crypto_unbase64url(c->arena, text, &json) || json_parse(c, json, JSON_READ_STRICT, &v) || !read_json(v, &store, &o))
        return refuse(c, "is of a version that is not known here");
    if (store != store_id) return refuse(c, "is not of this shop");
    if (o.end_s * MS_PER_SECOND <= ctx_now_ms(c)) return refuse(c, "is over");
    *ret_offer = o;
    return ERR_OK;
}
