/* POST and GET /api/v1/recommendations, the short alias, and the export of rules. Decoding only: decide/ decides. */
#include "api/recommendations.h"
#include "api/answer_log.h"
#include "api/widget.h"
#include "decide/page_lists.h"
#include "events/identity.h"
#include "events/user_agent.h"
#include <math.h>

#define OFFSET(member) offsetof(recommend_input, member)
enum { MOST_MONEY = 1000000000 };       /* major units of a price filter */
#define LAST_MS INT64_C(4102444800000)  /* 2100-01-01 */

static const param filter_fields[] = {
    { "price_min", PARAM_NUMBER, OFFSET(price_min), 0, MOST_MONEY, false, "Lowest price, in the shop's currency.", "20", NULL, 0 },
    { "price_max", PARAM_NUMBER, OFFSET(price_max), 0, MOST_MONEY, false, "Highest price.", "300", NULL, 0 },
    { "categories", PARAM_TEXTS, OFFSET(categories), 0, LIMIT_FILTER_VALUES, false,
      "Ids, slugs or names; one of them is enough. A category holds what its children hold.", "[\"coffee\"]", NULL, 0 },
    { "tags", PARAM_TEXTS, OFFSET(tags), 0, LIMIT_FILTER_VALUES, false, "Ids, slugs or names; one is enough.", NULL, NULL, 0 },
    { "brands", PARAM_TEXTS, OFFSET(brands), 0, LIMIT_FILTER_VALUES, false, "Ids, slugs or names; one is enough.", NULL, NULL, 0 },
    { "attributes", PARAM_TEXTS, OFFSET(attributes), 0, LIMIT_FILTER_VALUES, false,
      "\"name=value\"; values of one name: any, different names: all.", "[\"Color=Blue\"]", NULL, 0 },
    { "in_stock", PARAM_BOOL, OFFSET(in_stock), 0, 0, false,
      "true: nothing on backorder either. What is sold out is never answered.", "true", NULL, 0 },
};

#define HISTORY_OFFSET(member) offsetof(history_entry, member)
static const param history_fields[] = {
    { "product_id", PARAM_TEXT, HISTORY_OFFSET(product_id), 1, LIMIT_ID_BYTES, true, "The product, or a variation of it.",
        "\"104\"", NULL, 0 },
    { "kind", PARAM_TEXT, HISTORY_OFFSET(kind), 0, 20, false,
      "view, click, cart_add, cart_remove, wishlist, purchase or refund; left out: view. A purchase counts most, a refund takes it back.",
      "\"purchase\"", NULL, 0 },
    { "time_ms", PARAM_INT, HISTORY_OFFSET(time_ms), 0, LAST_MS, false,
      "When, UTC milliseconds since 1970; what is long ago counts less.", "1763640000000", NULL, 0 },
};

#define LIST_OFFSET(member) offsetof(list_entry, member)
static const param list_fields[] = {
    { "placement", PARAM_TEXT, LIST_OFFSET(placement), 1, 40, true, "As of a request for one list.", "\"product\"", NULL, 0 },
    { "source", PARAM_TEXT, LIST_OFFSET(source), 0, 40, false, "The same.", "\"cross_sell\"", NULL, 0 },
    { "n", PARAM_INT, LIST_OFFSET(n), 1, LIMIT_RECOMMEND_N, false, "The same.", "3", NULL, 0 },
    { "bundle", PARAM_BOOL, LIST_OFFSET(bundle), 0, 0, false,
      "true: where the answer has a bundle the page shows that alone; the items beside it may then come in other lists.", "true", NULL, 0 },
    { "least", PARAM_INT, LIST_OFFSET(least), 1, LIMIT_RECOMMEND_N, false,
      "The page shows no list of fewer products than that: they may then come in other lists.", "2", NULL, 0 },
    { "reserve", PARAM_BOOL, LIST_OFFSET(reserve), 0, 0, false,
      "true: null is answered, and what the list would hold is kept out of the others, for who asks for it later.", NULL, NULL, 0 },
};

static const param slate_fields[] = {
    { "diversity", PARAM_NUMBER, OFFSET(diversity), 0, 1, false,
      "Share of the list's score that variety may cost, 0 to 1; 0.02 when left out.", "0.1", NULL, 0 },
    { "max_per_brand", PARAM_INT, OFFSET(max_per_brand), 1, LIMIT_RECOMMEND_N, false, "Products of one brand at most.", "2", NULL, 0 },
    { "max_per_category", PARAM_INT, OFFSET(max_per_category), 1, LIMIT_RECOMMEND_N, false,
      "Products of one main category at most; left out: half of the list where that costs little.", "2", NULL, 0 },
    { "new_slots", PARAM_INT, OFFSET(new_slots), 0, LIMIT_RECOMMEND_N, false,
      "New products among them at least, while there are any that fit.", "1", NULL, 0 },
    { "explore_slots", PARAM_INT, OFFSET(explore_slots), 0, LIMIT_RECOMMEND_N, false,
      "Products drawn by chance from those next in line, the same ones for a visitor all day; each tells its \"propensity\".",
      "1", NULL, 0 },
};

const param recommend_params[COUNT_RECOMMEND] = {
    { "placement", PARAM_TEXT, OFFSET(placement), 0, 40, false,
      "Where the answer is shown: product, cart, checkout, home, category, search, not_found, thank_you, email. "
      "Left out: product with a product_id, cart with a cart, else home.", "\"product\"", NULL, 0 },
    { "product_id", PARAM_TEXT, OFFSET(product_id), 0, 0, false, "The product looked at; a variation's id is fine.", "\"101\"", NULL, 0 },
    { "cart", PARAM_TEXTS, OFFSET(cart), 0, LIMIT_CART_ITEMS, false, "Product ids in the cart.", "[\"104\",\"230\"]", NULL, 0 },
    { "history", PARAM_ENTRIES, OFFSET(history), sizeof(history_entry), LIMIT_HISTORY_ITEMS, false,
      "What the visitor saw, put into the cart or bought, newest first: product ids, or objects with more to say.",
      "[{\"product_id\":\"104\",\"kind\":\"purchase\",\"time_ms\":1763640000000},\"230\"]", history_fields, COUNT(history_fields) },
    { "exclude", PARAM_TEXTS, OFFSET(exclude), 0, LIMIT_EXCLUDE_ITEMS, false, "Product ids that must not be answered.", NULL, NULL, 0 },
    { "visitor_id", PARAM_TEXT, OFFSET(visitor_id), 0, 0, false, "Your first-party id of the visitor.", "\"v-7f3a\"", NULL, 0 },
    { "customer_id", PARAM_TEXT, OFFSET(customer_id), 0, 0, false, "The shop's customer id, when logged in.", NULL, NULL, 0 },
    { "n", PARAM_INT, OFFSET(n), 1, LIMIT_RECOMMEND_N, false, "How many products.", "4", NULL, 0 },
    { "source", PARAM_TEXT, OFFSET(source), 0, 40, false,
      "Only from one source: cross_sell, also_bought, upsell, similar, personal, popular, trending, new.", NULL, NULL, 0 },
    { "locale", PARAM_TEXT, OFFSET(locale), 0, 20, false, "Language of the messages: ro, or en for all others. Left out: the "
        "shop's.", "\"ro\"", NULL, 0 },
    { "preview", PARAM_BOOL, OFFSET(preview), 0, 0, false,
      "Secret key only: a look that is not logged, in no experiment, and never held out.", "true", NULL, 0 },
    { "preview_token", PARAM_TEXT, OFFSET(preview_token), 0, 0, false,
      "The same for a page that shows a draft of its widgets; POST /api/v1/widget/preview makes one.", NULL, NULL, 0 },
    { "lists", PARAM_ENTRIES, OFFSET(lists), sizeof(list_entry), LIMIT_PAGE_LISTS, false,
      "All lists of a page at once, first choice first: no product is answered in two of them. The answer is then {\"lists\": [...]}, one "
      "answer each in this order; 'placement', 'source' and 'n' stand in the list instead of beside it.",
      "[{\"placement\":\"product\",\"source\":\"cross_sell\",\"n\":3,\"bundle\":true},{\"placement\":\"similar\",\"n\":8}]", list_fields,
      COUNT(list_fields) },
    { "filter", PARAM_OBJECT, 0, 0, 0, false, "What may be answered at all.", NULL, filter_fields, COUNT(filter_fields) },
    { "slate", PARAM_OBJECT, 0, 0, 0, false, "What the list must keep to besides order; left out: the store's own.", NULL, slate_fields,
      COUNT(slate_fields) },
};

const param alias_params[COUNT_ALIAS] = {
    { "store_id", PARAM_TEXT, OFFSET(store_id), 0, 0, false, "Number of the store the key belongs to; may be left out.", "\"1\"", NULL, 0 },
    { "product_id", PARAM_TEXT, OFFSET(product_id), 0, 0, false, "The product looked at.", "\"101\"", NULL, 0 },
    { "cart_value", PARAM_NUMBER, OFFSET(cart_value), 0, MOST_MONEY, false,
      "Value of the cart: products dearer than it come only when there are no others.", "250", NULL, 0 },
    { "user_history", PARAM_ENTRIES, OFFSET(history), sizeof(history_entry), LIMIT_HISTORY_ITEMS, false,
      "What the visitor saw, put into the cart or bought, newest first: product ids, or objects with more to say.",
      "[{\"product_id\":\"104\",\"kind\":\"purchase\",\"time_ms\":1763640000000},\"230\"]", history_fields, COUNT(history_fields) },
};

static str_list list_of(texts t) { return (str_list){ t.p, t.n }; }

static opt_int minor_of(opt_f64 major, int digits) {
    return major.known ? SOME(llround(major.v * pow(10, digits))) : UNKNOWN;
}

static err_code split_attributes(ctx *c, texts pairs, recommend_filter *filter) {
    attribute_match *list = arena_new(c->arena, attribute_match, pairs.n ? pairs.n : 1);
    if (!list) return fail(c, ERR_NO_MEMORY, "read the attributes");
    for (size_t i = 0; i < pairs.n; i++) {
        str value = pairs.p[i], name = str_cut(&value, '=');
        if (!name.n || !value.n) return fail_field(c, ERR_INVALID, "attributes", "'attributes' must be a list of \"name=value\"");
        list[i] = (attribute_match){ name, value };
    }
    filter->attributes = list;
    filter->n_attributes = pairs.n;
    return ERR_OK;
}

/* Done with one product: what a history consists of. */
static bool is_of_product(event_kind k) { return (event_kinds[k].flags & NEEDS_PRODUCT) || k == EVENT_PURCHASE || k == EVENT_REFUND; }

static err_code take_history(ctx *c, const entries *told, recommend_events *ret_history) {
    recommend_event *list = arena_new(c->arena, recommend_event, told->n);
    const history_entry *from = told->p;
    if (!list) return fail(c, ERR_NO_MEMORY, "read the history");
    for (size_t i = 0; i < told->n; i++) {
        list[i] = (recommend_event){ .product_id = from[i].product_id, .time_ms = from[i].time_ms.v };
        if (from[i].kind.n && (!event_kind_find(from[i].kind, &list[i].kind) || !is_of_product(list[i].kind)))
            return fail_field(c, ERR_INVALID, "kind", "'kind' must be view, click, cart_add, cart_remove, wishlist, purchase or refund");
    }
    *ret_history = (recommend_events){ list, told->n };
    return ERR_OK;
}

static void take_slate(const recommend_input *in, slate_rules *s) {
    s->diversity.v = in->diversity.v;
    s->diversity.known = in->diversity.known;
    s->max_per_brand = (size_t)in->max_per_brand.v;
    s->max_per_category = (size_t)in->max_per_category.v;
    s->new_slots = (size_t)in->new_slots.v;
    s->explore_slots = (size_t)in->explore_slots.v;
}

static err_code take_source(ctx *c, str word, decide_source *ret_source) {
    if (decide_source_find(word, ret_source)) return ERR_OK;
    return fail_field(c, ERR_INVALID, "source", "'%.*s' is not a source; /docs lists them", STR_ARG(word));
}

static err_code make_query(ctx *c, const recommend_input *in, const serving_facts *facts, recommend_query *q) {
    *q = RECOMMEND_QUERY;
    q->placement = in->placement;
    q->product_id = in->product_id;
    q->cart = list_of(in->cart);
    TRY(take_history(c, &in->history, &q->history));
    take_slate(in, &q->slate);
    q->exclude = list_of(in->exclude);
    q->visitor_id = in->visitor_id;
    q->customer_id = in->customer_id;
    q->n = in->n.known ? (size_t)in->n.v : 0;
    q->locale = in->locale;
    TRY(take_source(c, in->source, &q->source));
    q->filter.price_min = minor_of(in->price_min, facts->digits);
    q->filter.price_max = minor_of(in->price_max, facts->digits);
    q->filter.on_hand = in->in_stock.v;
    q->filter.categories = list_of(in->categories);
    q->filter.tags = list_of(in->tags);
    q->filter.brands = list_of(in->brands);
    return split_attributes(c, in->attributes, &q->filter);
}

/* With the alias's cart value as a soft ceiling: when too few cost that little, any may come. */
static err_code write_capped(api_call *call, const serving *s, const recommend_query *q, int64_t most_minor, recommend_trace *t) {
    recommend_query capped = *q;
    recommend_answer found;
    capped.filter.price_max = (opt_int){ most_minor, true };
    TRY(recommend(call->c, s, &capped, &found));
    if (found.n < q->n) TRY(recommend(call->c, s, q, &found));
    json_out w = api_json(call);
    TRY(recommend_json(call->c, &w, s, &found));
    return recommend_trace_of(call->c, &found, t);
}

/* What is known of the one who asks. Without a memory nobody told anything. */
static err_code look_up(api_call *call, str visitor_id, const serving_facts *facts, remembered *ret_known) {
    consent_level otherwise = CONSENT_ALL;
    (void)consent_find(facts->consent_default, &otherwise);     /* a word that is none leaves the default */
    *ret_known = (remembered){ .consent = otherwise };
    if (!call->a->o.memory || !visitor_id.n) return ERR_OK;
    return session_memory_get(call->c, call->a->o.memory, call->store_id, visitor_id, otherwise, ret_known);
}

/* A request that tells nothing of the past or the cart is answered from what the visitor did here. */
static err_code remember(api_call *call, const recommend_input *in, const remembered *known, recommend_query *q) {
    if (!call->a->o.memory || !in->visitor_id.n || (in->history.known && in->cart.known)) return ERR_OK;
    recommend_event *past = arena_new(call->c->arena, recommend_event, known->n_events);
    if (!past) return fail(call->c, ERR_NO_MEMORY, "remember the visitor");
    for (size_t i = 0; i < known->n_events; i++)
        past[i] = (recommend_event){ known->events[i].product_id, known->events[i].kind, known->events[i].time_ms };
    if (!in->history.known) q->history = (recommend_events){ past, known->n_events };
    if (in->cart.known) return ERR_OK;
    if (!q->placement.n && !q->product_id.n) q->placement = STR("home");        /* a cart nobody spoke of does not make a cart page */
    q->cart = (str_list){ known->cart, known->n_cart };
    return ERR_OK;
}

/* As the log and experiments may know him: not a robot, and not without consent. */
static str agreed(str visitor_id, const remembered *known) {
    return known->robot || known->consent == CONSENT_NONE ? (str){ 0 } : visitor_id;
}

/* Whose name it is, as far as this process knows. */
static err_code person_of(api_call *call, char kind, str id, str *ret_person) {
    str alias = identity_alias(call->c->arena, kind, id);
    if (!alias.p) return fail(call->c, ERR_NO_MEMORY, "name a visitor");
    *ret_person = alias;
    return call->a->o.names ? known_names_person(call->c, call->a->o.names, call->store_id, alias, ret_person) : ERR_OK;
}

/* A customer whom the shop names without a browser (a letter, a counter) is the person of his first browser. */
static err_code browser_of(api_call *call, const recommend_input *in, const serving_facts *facts, str *ret_visitor) {
    str person;
    remembered known;
    *ret_visitor = (str){ 0 };
    if (!in->customer_id.n || call->key != KEY_SECRET) return ERR_OK;
    TRY(person_of(call, 'c', in->customer_id, &person));
    if (!str_starts(person, STR("v:"))) return ERR_OK;
    str visitor = str_sub(person, 2, person.n);
    TRY(look_up(call, visitor, facts, &known));
    *ret_visitor = agreed(visitor, &known);
    return ERR_OK;
}

/* Who asks, as the log, the hold-out and experiments know it.
 *   ret_visitor  for the log; empty when nobody may be named */
static err_code introduce(api_call *call, const recommend_input *in, const serving_facts *facts, const remembered *known,
                          recommend_query *q, str *ret_visitor) {
    /* a page without preflights has it in the address, beside the key */
    TRY(widget_preview_asked(call, in->preview_token.n ? in->preview_token : http_query(call->r, "preview_token"), &q->preview));
    if (in->preview.v && !q->preview && call->key != KEY_SECRET)
        return fail_field(call->c, ERR_FORBIDDEN, "preview", "'preview' needs the store's secret key");
    if (in->visitor_id.n) *ret_visitor = agreed(in->visitor_id, known);
    else TRY(browser_of(call, in, facts, ret_visitor));
    q->preview |= in->preview.v;
    q->device = known->device;
    if (in->visitor_id.n && !q->device.n && call->key == KEY_PUBLIC) q->device = user_agent_device(http_header(call->r, "User-Agent"));
    return person_of(call, 'v', *ret_visitor, &q->person);
}

/* The request as decide/ takes it, with what is known of who asks.
 *   ret_visitor  for the log */
static err_code prepare(api_call *call, const serving *s, const recommend_input *in, recommend_query *q, str *ret_visitor) {
    serving_facts facts;
    remembered known;
    serving_get_facts(s, &facts);
    TRY(make_query(call->c, in, &facts, q));
    TRY(look_up(call, in->visitor_id, &facts, &known));
    TRY(remember(call, in, &known, q));
    return introduce(call, in, &facts, &known, q, ret_visitor);
}

static opt_int ceiling_of(const serving *s, const recommend_input *in) {
    serving_facts facts;
    serving_get_facts(s, &facts);
    return in->cart_value.v > 0 ? minor_of(in->cart_value, facts.digits) : (opt_int){ 0, false };
}

static err_code take_lists(ctx *c, const recommend_input *in, page_list *list) {
    const list_entry *from = in->lists.p;
    if (in->placement.n || in->source.n || in->n.known)
        return fail_field(c, ERR_INVALID, "lists", "with 'lists', 'placement', 'source' and 'n' stand in each of them, not beside");
    for (size_t i = 0; i < in->lists.n; i++) {
        list[i] = (page_list){ .placement = from[i].placement, .n = (size_t)from[i].n.v, .least = (size_t)from[i].least.v,
                               .bundle = from[i].bundle.v, .reserve = from[i].reserve.v };
        TRY(take_source(c, from[i].source, &list[i].source));
    }
    return ERR_OK;
}

static err_code answer_lists(api_call *call, const serving *s, const recommend_input *in, const recommend_query *q, str visitor) {
    page_list lists[LIMIT_PAGE_LISTS];
    recommend_trace traces[LIMIT_PAGE_LISTS];
    TRY(take_lists(call->c, in, lists));
    json_out w = api_json(call);
    TRY(page_lists_write(call->c, s, q, lists, in->lists.n, &call->out->body, traces));
    TRY(api_json_done(call, &w));
    for (size_t i = 0; i < in->lists.n && !q->preview; i++)
        if (!lists[i].reserve) answer_log(call, visitor, &traces[i]);
    return ERR_OK;
}

static err_code answer(api_call *call, const recommend_input *in) {
    AUTO_SERVING s = NULL;
    recommend_query q;
    recommend_trace t;
    str visitor;
    TRY(api_pin_shop(call, &s));
    TRY(prepare(call, s, in, &q, &visitor));
    if (in->lists.known) return answer_lists(call, s, in, &q, visitor);
    json_out w = api_json(call);
    opt_int ceiling = ceiling_of(s, in);
    TRY(ceiling.known ? write_capped(call, s, &q, ceiling.v, &t) : recommend_write(call->c, s, &q, &call->out->body, &t));
    TRY(api_json_done(call, &w));
    if (!q.preview) answer_log(call, visitor, &t);
    return ERR_OK;
}

err_code recommendations_find(api_call *call, const serving *s, const recommend_input *in, recommend_answer *ret_answer) {
    recommend_query q;
    recommend_trace t;
    str visitor;
    TRY(prepare(call, s, in, &q, &visitor));
    TRY(recommend(call->c, s, &q, ret_answer));
    TRY(recommend_trace_of(call->c, ret_answer, &t));
    if (!q.preview) answer_log(call, visitor, &t);
    return ERR_OK;
}

/* Said with answers to GET: others nobody on the way may keep (RFC 9111, 3). */
static void say_no_store(api_call *call) { http_add_header(call->out, "Cache-Control", STR("no-store")); }

err_code recommendations_post(api_call *call) {
    recommend_input in = { 0 };
    TRY(api_read_body(call, &in));
    return answer(call, &in);
}

err_code recommendations_get(api_call *call) {
    recommend_input in = { 0 };
    TRY(api_read_query(call, call->route->input, call->route->n_input, &in));
    say_no_store(call);
    return answer(call, &in);
}

static err_code answer_alias(api_call *call, recommend_input *in) {
    int64_t wanted;
    if (in->store_id.n && (!parse_i64(in->store_id, &wanted) || wanted != call->store_id))
        return fail_field(call->c, ERR_FORBIDDEN, "store_id", "this key belongs to store %lld", (long long)call->store_id);
    in->n = (opt_i64){ 3, true };
    return answer(call, in);
}

err_code alias_post(api_call *call) {
    recommend_input in = { 0 };
    TRY(api_read_body(call, &in));
    return answer_alias(call, &in);
}

err_code alias_get(api_call *call) {
    recommend_input in = { 0 };
    TRY(api_read_query(call, call->route->input, call->route->n_input, &in));
    say_no_store(call);
    return answer_alias(call, &in);
}

/* ---- every rule learned ---- */
#define RULES_OFFSET(member) offsetof(rules_input, member)
const param rules_params[COUNT_RULES] = {
    { "per_product", PARAM_INT, RULES_OFFSET(per_product), 1, LIMIT_RECOMMEND_N, false,
        "Recommendations of each product; 3 by default.", "3", NULL, 0 },
    { "locale", PARAM_TEXT, RULES_OFFSET(locale), 0, 20, false, "Language of the messages: ro or en.", "\"ro\"", NULL, 0 },
};

err_code rules_get(api_call *call) {
    rules_input in = { 0 };
    TRY(api_read_query(call, rules_params, COUNT_RULES, &in));
    AUTO_SERVING s = NULL;
    TRY(api_pin_shop(call, &s));
    (void)api_json(call);                                   /* status and content type; the export writes its own object */
    rules_export options = { .per_product = in.per_product.known ? (size_t)in.per_product.v : 0, .locale = in.locale };
    return recommend_rules_json(call->c, s, &options, &call->out->body);
}
