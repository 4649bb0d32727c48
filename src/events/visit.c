/* Visitors and sessions as events pass. It does NOT write events: intake.c does. */
#include "events/visit.h"
#include <string.h>

static void make_session_id(rng *random, char *to) {
    static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";      /* 32 of them: five bits a letter, 100 in all */
    for (size_t i = 0; i < SESSION_ID_LENGTH; i++) to[i] = letters[rng_u64(random) >> 59];
    to[SESSION_ID_LENGTH] = 0;
}

static err_code read_visitor(ctx *c, db *d, const visitor_event *e, known_visitor *row, bool *ret_found) {
    *row = (known_visitor){ .store_id = e->row.store_id, .visitor_id = e->row.visitor_id };
    err_code failed = storage_get(c, d, &known_visitor_entity, row);
    *ret_found = !failed;
    return failed == ERR_NOT_FOUND ? ERR_OK : failed;
}

static err_code write_visitor(ctx *c, db *d, const visitor_event *e, const session_step *step, known_visitor *row, bool found) {
    if (!found) row->first_ms = e->row.time_ms;
    if (step->begins) {
        row->sessions++;
        row->last_ms = e->row.time_ms;
    }
    if (step->consent != CONSENT_UNTOLD) row->consent = str_of(consent_word(step->consent));
    if (e->row.device.n) row->device = e->row.device;
    row->robot |= step->robot;
    return storage_put(c, d, &known_visitor_entity, row);
}

/* Strangers to the memory may be known to storage: what they agreed to there counts. */
static err_code take_row(ctx *c, db *d, session_memory *m, visitor_event *e, session_step *step, consent_level otherwise) {
    known_visitor row;
    consent_level before = CONSENT_UNTOLD;
    bool found = false;
    TRY(read_visitor(c, d, e, &row, &found));
    if (!step->known && found) {
        if (consent_find(row.consent, &before) && step->consent == CONSENT_UNTOLD) step->consent = before;
        step->robot |= row.robot;
        session_memory_agree(m, e, step->consent, step->robot);
    }
    consent_level in_force = step->consent == CONSENT_UNTOLD ? otherwise : step->consent;
    if (!found && in_force == CONSENT_NONE) return ERR_OK;
    return write_visitor(c, d, e, step, &row, found);
}

static void hide_person(visitor_event *e) { e->row.visitor_id = e->customer_id = e->email_hash = (str){ 0 }; }

err_code visit_take(ctx *c, db *d, session_memory *m, rng *random, visitor_event *e, consent_level otherwise) {
    session_step step = { .consent = e->consent, .robot = e->row.robot };
    if (e->row.visitor_id.n) {
        char fresh[SESSION_ID_LENGTH + 1];
        make_session_id(random, fresh);
        session_memory_step(m, e, str_of(fresh), &step);
        if (!step.known || step.begins || step.changed) {
            arena_mark before = arena_save(c->arena);
            err_code failed = take_row(c, d, m, e, &step, otherwise);
            arena_restore(c->arena, before);
            if (failed) return failed;
        }
        memcpy(e->session, step.session, sizeof e->session);
        if (!e->row.session_id.n) e->row.session_id = str_of(e->session);
    }
    e->begins_session = step.begins;
    e->row.robot = step.robot;
    e->consent = step.consent == CONSENT_UNTOLD ? otherwise : step.consent;
    if (e->consent == CONSENT_NONE) hide_person(e);
    return ERR_OK;
}

err_code visit_restore(ctx *c, db *d, session_memory *m, visitor_event *e) {
    session_step step;
    if (!e->row.visitor_id.n) return ERR_OK;
    session_memory_step(m, e, (str){ 0 }, &step);
    if (!step.known) {
        known_visitor row;
        bool found = false;
        TRY(read_visitor(c, d, e, &row, &found));
        if (found && consent_find(row.consent, &step.consent)) session_memory_agree(m, e, step.consent, row.robot);
    }
    e->consent = CONSENT_ALL;           /* in doubt: session_memory_get() asks again what was agreed to */
    session_memory_take(m, e);
    return ERR_OK;
}
