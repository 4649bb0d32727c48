/* The table of settings and its walkers. It does NOT know placements, owners or experiments. */
#include "decide/placement_settings.h"
#include "base/limits.h"

typedef enum { TAKES_NUMBER, TAKES_WORD, TAKES_FLAG } value_kind;
typedef struct {
    const char *name;
    value_kind takes;
    int low, high;                          /* of numbers */
    const char *const *words;               /* ends with NULL */
    const char *right;                      /* for who wrote something else */
} setting_row;

static const char *const displays[] = {
    [DISPLAY_POPUP] = "popup", [DISPLAY_BANNER] = "banner", [DISPLAY_INLINE] = "inline", [DISPLAY_CART] = "cart",
    [DISPLAY_CHECKOUT] = "checkout", [DISPLAY_SLIDE_IN] = "slide_in", [DISPLAY_STICKY] = "sticky", NULL,
};
static const char *const models[] = { [MODEL_RANKER] = "ranker", [MODEL_RULES] = "rules", [MODEL_CATALOGUE] = "catalogue", NULL };
static const char *const messages[] = { [MESSAGE_REASON] = "reason", [MESSAGE_PLAIN] = "plain", [MESSAGE_NONE] = "none", NULL };

static const setting_row rows[PLACEMENT_SETTINGS] = {
    [PLACEMENT_N] = { "n", TAKES_NUMBER, 1, LIMIT_RECOMMEND_N, NULL, "a whole number from 1 to 50" },
    [PLACEMENT_DISCOUNT] = { "discount", TAKES_NUMBER, 0, 90, NULL, "a whole number of percent from 0 to 90" },
    [PLACEMENT_DISPLAY] = { "display", TAKES_WORD, 0, 0, displays, "popup, banner, inline, cart, checkout, slide_in or sticky" },
    [PLACEMENT_MODEL] = { "model", TAKES_WORD, 0, 0, models, "ranker, rules or catalogue" },
    [PLACEMENT_MESSAGE] = { "message", TAKES_WORD, 0, 0, messages, "reason, plain or none" },
    [PLACEMENT_PRICE_INCENTIVE] = { "price_incentive", TAKES_FLAG, 0, 0, NULL, "true or false" },
    [PLACEMENT_ENABLED] = { "enabled", TAKES_FLAG, 0, 0, NULL, "true or false" },
};

static size_t find(str name) {
    size_t k = 0;
    while (k < PLACEMENT_SETTINGS && !str_eq(name, str_of(rows[k].name))) k++;
    return k;
}

static bool read_value(const setting_row *r, const json_value *v, int *ret_value) {
    int64_t n = 0;
    if (r->takes == TAKES_FLAG) {
        *ret_value = jr_bool(v, false);
        return jr_is_bool(v);
    }
    if (r->takes == TAKES_WORD) {
        for (size_t i = 0; r->words[i]; i++)
            if (str_eq(jr_string(v), str_of(r->words[i]))) {
                *ret_value = (int)i;
                return true;
            }
        return false;
    }
    if (!jr_i64(v, &n) || n < r->low || n > r->high) return false;
    *ret_value = (int)n;
    return true;
}

static err_code unknown(ctx *c, str name) {
    buf list;
    buf_init_in(&list, c->arena, KIB);
    for (size_t k = 0; k < PLACEMENT_SETTINGS; k++) buf_printf(&list, "%s%s", k ? ", " : "", rows[k].name);
    return fail_field(c, ERR_INVALID, "settings", "a placement has no setting '%.*s'; there is: %.*s", STR_ARG(str_clip(name, 40)),
                      STR_ARG(buf_view(&list)));
}

err_code placement_settings_read(ctx *c, const json_value *o, placement_settings *ret_settings) {
    placement_settings s = { 0 };
    if (!jr_is_object(o)) return fail_field(c, ERR_INVALID, "settings", "the settings of a placement must be a JSON object");
    for (void *it = jr_first(o); it; it = jr_next(o, it)) {
        size_t k = find(jr_member_key(it));
        if (k == PLACEMENT_SETTINGS) return unknown(c, jr_member_key(it));
        if (!read_value(&rows[k], jr_member_value(it), &s.value[k]))
            return fail_field(c, ERR_INVALID, rows[k].name, "'%s' of a placement must be %s", rows[k].name, rows[k].right);
        s.given |= 1u << k;
    }
    *ret_settings = s;
    return ERR_OK;
}

err_code placement_settings_parse(ctx *c, str text, placement_settings *ret_settings) {
    const json_value *o = NULL;
    *ret_settings = (placement_settings){ 0 };
    if (!text.n) return ERR_OK;
    TRY(json_parse(c, text, JSON_READ_STRICT, &o));
    return placement_settings_read(c, o, ret_settings);
}

err_code placement_settings_check(ctx *c, const json_value *variants) {
    for (size_t i = 0; i < jr_count(variants); i++) {
        const json_value *o = jr_get(jr_at(variants, i), "settings");
        placement_settings ignored;
        if (!jr_is_null(o)) TRY(placement_settings_read(c, o, &ignored));
    }
    return ERR_OK;
}

void placement_settings_lay(placement_settings *s, const placement_settings *over) {
    for (size_t k = 0; k < PLACEMENT_SETTINGS; k++)
        if (over->given >> k & 1) s->value[k] = over->value[k];
    s->given |= over->given;
}

void placement_settings_write(json_out *w, const placement_settings *s) {
    jw_object(w);
    for (size_t k = 0; k < PLACEMENT_SETTINGS; k++) {
        if (!(s->given >> k & 1)) continue;
        jw_key(w, rows[k].name);
        if (rows[k].takes == TAKES_NUMBER) jw_i64(w, s->value[k]);
        else if (rows[k].takes == TAKES_WORD) jw_text(w, rows[k].words[s->value[k]]);
        else jw_bool(w, s->value[k] != 0);
    }
    jw_end_object(w);
}

const char *placement_setting_word(const placement_settings *s, placement_setting_kind k) {
    return s->given >> k & 1 && rows[k].words ? rows[k].words[s->value[k]] : NULL;
}
