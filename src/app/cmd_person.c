/* vitrine person: what is kept of one person, and forgetting it. */
#include <inttypes.h>
#include "app/commands.h"
#include "app/home.h"
#include "app/pick.h"
#include "base/limits.h"
#include "events/person.h"
#include "schema/currency.h"

static const option options[] = {
    { "visitor", OPTION_TEXT, "ID", NULL, NULL, 0, 0, "by the browser's first-party id" },
    { "customer", OPTION_TEXT, "ID", NULL, NULL, 0, 0, "by the shop's customer id" },
    { "email", OPTION_TEXT, "ADDRESS", NULL, NULL, 0, 0, "by the e-mail address" },
    { "yes", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "erase without asking" },
};

static err_code named_person(ctx *c, const invocation *v, db *d, store *ret_store, person_names *ret_who) {
    person_query q = { .visitor_id = invocation_text(v, "visitor"), .customer_id = invocation_text(v, "customer") };
    str email = invocation_text(v, "email");
    if (!q.visitor_id.n && !q.customer_id.n && !email.n) return usage_error(c, "--visitor", "say who: --visitor, --customer or --email");
    TRY(pick_store(c, d, invocation_arg(v, 1), ret_store));
    q.store_id = ret_store->store_id;
    q.email_hash = crypto_email_hash(c->arena, email);
    if (!q.email_hash.p) return fail(c, ERR_NO_MEMORY, "hash an address");
    return person_find(c, d, &q, ret_who);
}

static err_code write_out(ctx *c, void *arg, buf *b) {
    const invocation *v = arg;
    if (b->n && fwrite(b->p, 1, b->n, v->out) != b->n) return fail(c, ERR_STORAGE, "the export could not be written: is the disk full?");
    buf_reset(b);
    return ERR_OK;
}

static err_code export_person(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    person_names who;
    AUTO_BUF b;
    buf_init(&b, 64 * MIB);
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(named_person(c, v, h.d, &s, &who));
    invocation out = *v;
    TRY(person_export(c, h.d, &who, currency_digits(s.currency), &b, write_out, &out));
    fputc('\n', v->out);
    return ERR_OK;
}

static err_code erase(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    person_names who;
    person_erased erased = { 0 };
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(named_person(c, v, h.d, &s, &who));
    if (!invocation_flag(v, "yes"))
        return usage_error(c, "--yes", "this forgets the person for good, under %zu names; say it with --yes", who.aliases.n);
    TRY(person_erase(c, h.d, &who, &erased));
    if (v->json) fprintf(v->out, "{\"done\":true,\"deleted\":%" PRId64 ",\"blanked\":%" PRId64 "}\n", erased.deleted, erased.blanked);
    else fprintf(v->out, "forgotten: %" PRId64 " rows deleted, %" PRId64 " emptied of what was personal\n", erased.deleted, erased.blanked);
    return ERR_OK;
}

static const action actions[] = { { "export", 1, 2, export_person }, { "erase", 1, 2, erase } };

static err_code run(ctx *c, const invocation *v) { return run_action(c, v, actions, COUNT(actions)); }

const command cmd_person = {
    .name = "person", .summary = "Tell or forget everything that is kept of one person",
    .usage = "export|erase [STORE] --visitor ID | --customer ID | --email ADDRESS [--yes]",
    .details = "export writes one JSON object. erase deletes what the person did and empties orders and the customer's row of what is\n"
               "personal. Erase in the shop first: a record that changes there is copied again.",
    .options = options, .n_options = COUNT(options), .min_args = 1, .max_args = 2, .run = run,
};
