/* vitrine recommend: ask what the API would answer, without a server. */
#include "app/answer.h"
#include "app/commands.h"
#include "app/pick.h"
#include "base/limits.h"

static const option options[] = {
    { "product", OPTION_TEXT, "ID", NULL, NULL, 0, 0, "the product looked at" },
    { "cart", OPTION_TEXT, "ID,ID", NULL, NULL, 0, 0, "products in the cart" },
    { "history", OPTION_TEXT, "ID,ID", NULL, NULL, 0, 0, "products seen before, newest first" },
    { "exclude", OPTION_TEXT, "ID,ID", NULL, NULL, 0, 0, "products that must not be shown" },
    { "customer", OPTION_TEXT, "ID", NULL, NULL, 0, 0, "the shop's id of the customer" },
    { "placement", OPTION_TEXT, "NAME", NULL, NULL, 0, 0, "where it will be shown: product, cart, home, ..." },
    { "source", OPTION_TEXT, "NAME", NULL, NULL, 0, 0, "only from this source: cross_sell, upsell, similar, ..." },
    { "locale", OPTION_TEXT, "ro|en", NULL, NULL, 0, 0, "language of the messages" },
    { "n", OPTION_INT, "N", NULL, "5", 1, LIMIT_RECOMMEND_N, "how many" },
};

static err_code read_list(ctx *c, const invocation *v, const char *name, size_t most, str_list *ret_list) {
    str rest = invocation_text(v, name);
    str *ids = arena_new(c->arena, str, most);
    size_t n = 0;
    if (!ids) return fail(c, ERR_NO_MEMORY, "no memory for a list of ids");
    while (rest.n) {
        str id = str_trim(str_cut(&rest, ','));
        if (!id.n) continue;
        if (n == most) return usage_error(c, name, "at most %zu ids in --%s", most, name);
        ids[n++] = id;
    }
    *ret_list = (str_list){ ids, n };
    return ERR_OK;
}

static err_code read_history(ctx *c, const invocation *v, recommend_events *ret_history) {
    str_list ids;
    TRY(read_list(c, v, "history", LIMIT_HISTORY_ITEMS, &ids));
    recommend_event *list = arena_new(c->arena, recommend_event, ids.n);
    if (!list) return fail(c, ERR_NO_MEMORY, "no memory for a list of ids");
    for (size_t i = 0; i < ids.n; i++) list[i].product_id = ids.p[i];
    *ret_history = (recommend_events){ list, ids.n };
    return ERR_OK;
}

#define SOURCE_WORD(name, word) word ", "

static err_code read_query(ctx *c, const invocation *v, recommend_query *ret_query) {
    recommend_query q = RECOMMEND_QUERY;
    q.product_id = invocation_text(v, "product");
    q.customer_id = invocation_text(v, "customer");
    q.placement = invocation_text(v, "placement");
    q.locale = invocation_text(v, "locale");
    q.n = (size_t)invocation_int(v, "n");
    TRY(read_list(c, v, "cart", LIMIT_CART_ITEMS, &q.cart));
    TRY(read_history(c, v, &q.history));
    TRY(read_list(c, v, "exclude", LIMIT_EXCLUDE_ITEMS, &q.exclude));
    if (!decide_source_find(invocation_text(v, "source"), &q.source))
        return usage_error(c, "--source", "there is no source '%.40s'; there is: " SOURCE_LIST(SOURCE_WORD) "all",
                           invocation_cstr(v, "source"));
    *ret_query = q;
    return ERR_OK;
}

static err_code run(ctx *c, const invocation *v) {
    recommend_query q;
    store s;
    AUTO_HOME h = { 0 };
    AUTO_ANSWER a = { 0 };
    TRY(read_query(c, v, &q));
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 0), &s));
    TRY(answer_open(c, &h, s.store_id, &a));
    return answer_print(c, &a, &q, v->json, v->out);
}

const command cmd_recommend = {
    .name = "recommend", .summary = "Ask for recommendations as the API would answer them",
    .usage = "[STORE] [--product ID] [--cart ID,ID] [options]",
    .details = "Without STORE the only one is meant. Without a product and a cart: what the shop's first page would show.",
    .options = options, .n_options = COUNT(options), .max_args = 1, .run = run,
};
