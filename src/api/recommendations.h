/* Handlers and parameters of the recommendation routes. */
#pragma once
#include "api/api_int.h"
#include "base/parse.h"

typedef struct {
    str placement, product_id, visitor_id, customer_id, source, locale, store_id, preview_token;
    texts cart, exclude, categories, tags, brands, attributes;
    entries history;                /* of history_entry */
    entries lists;                  /* of list_entry */
    opt_i64 n, max_per_brand, max_per_category, new_slots, explore_slots;
    opt_f64 diversity;
    opt_flag in_stock, preview;
    opt_f64 price_min, price_max, cart_value;
} recommend_input;

/* One of `history`. */
typedef struct { str product_id, kind; opt_i64 time_ms; } history_entry;
/* One of `lists`. */
typedef struct { str placement, source; opt_i64 n, least; opt_flag bundle, reserve; } list_entry;

typedef struct { opt_i64 per_product; str locale; } rules_input;

/* counts are constants: the route table needs them at compile time */
enum { COUNT_RECOMMEND = 15, COUNT_ALIAS = 4, COUNT_RULES = 2 };
extern const param recommend_params[COUNT_RECOMMEND], alias_params[COUNT_ALIAS], rules_params[COUNT_RULES];

CHECK_RESULT err_code recommendations_post(api_call *call);
CHECK_RESULT err_code recommendations_get(api_call *call);
CHECK_RESULT err_code alias_post(api_call *call);
CHECK_RESULT err_code alias_get(api_call *call);
CHECK_RESULT err_code rules_get(api_call *call);
/* The answer itself, logged like one that was sent: for what is drawn here. Valid while `s` is pinned. */
CHECK_RESULT err_code recommendations_find(api_call *call, const serving *s, const recommend_input *in, recommend_answer *ret_answer);
