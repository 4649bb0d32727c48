/* POST /api/v1/identify, GET and DELETE /api/v1/person. Decoding only: events/ knows people. */
#include "api/people.h"
#include "events/identity.h"
#include "events/person.h"
#include "net/crypto.h"
#include "schema/currency.h"

enum { ERASE_MS = 8000, HASH_DIGITS = 64 };         /* of a request's 15 s; the rest is done when it is asked again */

/* ---- who is who ---- */
typedef struct { str visitor_id, customer_id, email, email_hash; } identify_input;
#define OFFSET(member) offsetof(identify_input, member)

const param identify_params[COUNT_IDENTIFY] = {
    { "visitor_id", PARAM_TEXT, OFFSET(visitor_id), 0, 0, false, "Your first-party id of the browser.", "\"v-7f3a\"", NULL, 0 },
    { "customer_id", PARAM_TEXT, OFFSET(customer_id), 0, 0, false,
      "The shop's customer id. Only with the secret key: on a page anybody could claim to be somebody.", "\"17\"", NULL, 0 },
    { "email", PARAM_TEXT, OFFSET(email), 0, 254, false, "The address; only its hash is kept.", NULL, NULL, 0 },
    { "email_hash", PARAM_TEXT, OFFSET(email_hash), 0, HASH_DIGITS, false,
      "Instead of the address: hex of SHA-256 of the address without blanks around it, in lower case.", NULL, NULL, 0 },
};

static err_code hash_of(ctx *c, str email, str *ret_hash) {
    if (str_find(email, STR("@")) == SIZE_MAX)
        return fail_field(c, ERR_INVALID, "email", "'email' must be an address like ana@example.com");
    *ret_hash = crypto_email_hash(c->arena, email);
    return ret_hash->p ? ERR_OK : fail(c, ERR_NO_MEMORY, "hash an address");
}

static err_code check_identify(api_call *call, identify_input *in) {
    ctx *c = call->c;
    if (in->customer_id.n && call->key != KEY_SECRET)
        return fail_field(c, ERR_FORBIDDEN, "customer_id", "'customer_id' needs the secret key; on a page send 'email_hash'");
    if (in->email_hash.n && in->email.n)
        return fail_field(c, ERR_INVALID, "email_hash", "send 'email' or 'email_hash', not both");
    if (in->email_hash.n && !crypto_is_sha256_text(in->email_hash))
        return fail_field(c, ERR_INVALID, "email_hash", "'email_hash' must be %d digits 0-9a-f: SHA-256 of the address", HASH_DIGITS);
    if (in->email.n) TRY(hash_of(c, in->email, &in->email_hash));
    if ((in->visitor_id.n != 0) + (in->customer_id.n != 0) + (in->email_hash.n != 0) < 2)
        return fail_field(c, ERR_INVALID, "visitor_id", "say two of 'visitor_id', 'customer_id' and 'email': that they are one person");
    return ERR_OK;
}

static err_code write_identity(ctx *c, db *d, void *arg) { return identity_take(c, d, arg, NULL); }

err_code identify_post(api_call *call) {
    identify_input in = { 0 };
    TRY(api_read_body(call, &in));
    TRY(check_identify(call, &in));
    identity_told told = { call->store_id, in.visitor_id, in.customer_id, in.email_hash, ctx_now_ms(call->c) };
    TRY(committer_wait(call->c, call->a->o.writes, write_identity, &told));
    if (call->a->o.names) TRY(known_names_follow(call->c, call->d, call->a->o.names, call->store_id));
    json_out w = api_json(call);
    jw_object(&w);
    jw_member_text(&w, "status", "accepted");           /* not whether it was news: a page must not learn who is known */
    jw_end_object(&w);
    return api_json_done(call, &w);
}

/* ---- one person ---- */
typedef struct { str visitor_id, customer_id, email; } person_input;
#define PERSON_OFFSET(member) offsetof(person_input, member)

const param person_params[COUNT_PERSON] = {
    { "visitor_id", PARAM_TEXT, PERSON_OFFSET(visitor_id), 0, 0, false, "The browser's first-party id.", "\"v-7f3a\"", NULL, 0 },
    { "customer_id", PARAM_TEXT, PERSON_OFFSET(customer_id), 0, 0, false, "The shop's customer id.", "\"17\"", NULL, 0 },
    { "email", PARAM_TEXT, PERSON_OFFSET(email), 0, 254, false, "The address.", "\"ana@example.com\"", NULL, 0 },
};

static err_code read_person(api_call *call, person_names *ret_who) {
    person_input in = { 0 };
    person_query q = { .store_id = call->store_id };
    TRY(api_read_query(call, person_params, COUNT_PERSON, &in));
    q.visitor_id = in.visitor_id;
    q.customer_id = in.customer_id;
    if (in.email.n) TRY(hash_of(call->c, in.email, &q.email_hash));
    return person_find(call->c, call->d, &q, ret_who);
}

err_code person_get(api_call *call) {
    person_names who;
    store s = { .store_id = call->store_id };
    TRY(read_person(call, &who));
    TRY(storage_get(call->c, call->d, &store_entity, &s));
    http_add_header(call->out, "Cache-Control", STR("no-store"));
    (void)api_json(call);                               /* status and content type; the export writes its own object */
    return person_export(call->c, call->d, &who, currency_digits(s.currency), &call->out->body, NULL, NULL);
}

static int64_t soonest_us(int64_t a, int64_t b) { return !a || (b && b < a) ? b : a; }

err_code person_delete(api_call *call) {
    person_names who;
    person_erased erased = { 0 };
    TRY(read_person(call, &who));
    call->c->deadline_us = soonest_us(call->c->deadline_us, call->c->time->mono_us(call->c->time) + (int64_t)ERASE_MS * 1000);
    err_code e = person_erase(call->c, call->d, &who, &erased);
    if (e && e != ERR_DEADLINE) return e;
    for (size_t i = 0; call->a->o.memory && i < who.visitors.n; i++)
        session_memory_forget(call->a->o.memory, call->store_id, who.visitors.of[i]);
    for (size_t i = 0; call->a->o.names && i < who.aliases.n; i++) known_names_forget(call->a->o.names, call->store_id, who.aliases.of[i]);
    json_out w = api_json(call);
    call->out->status = e ? 202 : 200;
    jw_object(&w);
    jw_member_bool(&w, "done", !e);
    jw_member_i64(&w, "deleted", erased.deleted);
    jw_member_i64(&w, "blanked", erased.blanked);
    jw_end_object(&w);
    return api_json_done(call, &w);
}
