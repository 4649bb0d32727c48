/* vitrine demo: make the demonstration shop and learn from it. */
#include "app/answer.h"
#include "app/commands.h"
#include "app/demo_store.h"
#include "app/foreground.h"
#include "app/learned.h"
#include "app/pick.h"
#include "app/signals.h"
#include "base/limits.h"

static const option options[] = {
    { "seed", OPTION_INT, "N", NULL, "0", 0, 9e15, "of the generated shop; 0 is the usual one; taken when the shop is made" },
};

static err_code print_example(ctx *c, const invocation *v, home *h, const demo_store *demo) {
    AUTO_ANSWER a = { 0 };
    recommend_query q = RECOMMEND_QUERY;
    q.n = 3;
    TRY(answer_open(c, h, demo->row.store_id, &a));
    TRY(answer_good_product(c, &a, &q.product_id));
    fputs("\nan example, ", v->out);
    TRY(answer_print(c, &a, &q, false, v->out));
    fprintf(v->out, "\nthe shop's keys are in %s\nnow: vitrine serve --data %s\n", demo->keys_file, v->data);
    return ERR_OK;
}

static err_code print_demo_json(ctx *c, const invocation *v, const demo_store *demo, str copied, str learned) {
    buf b;
    buf_init_in(&b, c->arena, MIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_member_i64(&w, "store_id", demo->row.store_id);
    jw_member_str(&w, "store", demo->row.name);
    jw_member_text(&w, "keys_file", demo->keys_file);
    jw_key(&w, "sync");
    jw_raw(&w, copied.n ? copied : STR("null"));
    jw_key(&w, "train");
    jw_raw(&w, learned.n ? learned : STR("null"));
    jw_end_object(&w);
    return print_json(v, &b);
}

static err_code run(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    demo_store demo;
    foreground_outcome copied, learned;
    TRY(home_open(c, v, HOME_MAKE, &h));
    signals_start();
    TRY(demo_store_ensure(c, &h, invocation_int(v, "seed"), &demo));
    if (!v->json) fputs(demo.is_new ? "making the demonstration shop\n" : "copying the demonstration shop made before\n", v->err);
    if (!demo.is_new && invocation_int(v, "seed"))
        fputs("--seed is taken when the shop is made; for another one: vitrine stores remove demo --yes, then this again\n", v->err);
    TRY(foreground_run(c, v, &h, &demo.row, &(foreground_order){ .kind = "sync", .input = "{\"depth\":\"full\"}" }, &copied));
    TRY(foreground_run(c, v, &h, &demo.row, &(foreground_order){ .kind = "train", .input = "" }, &learned));
    if (v->json) return print_demo_json(c, v, &demo, copied.result, learned.result);
    print_copied(c, v, copied.result);
    print_learned(c, v, learned.result);
    return print_example(c, v, &h, &demo);
}

const command cmd_demo = {
    .name = "demo", .summary = "Make the demonstration shop and learn from it", .usage = "[--seed N]",
    .details = "About 500 products and a year of orders of invented customers. Its keys are written to demo-keys.json in the data\n"
               "folder, readable by its owner only; keys of real shops are never kept like this.",
    .options = options, .n_options = COUNT(options), .run = run,
};
