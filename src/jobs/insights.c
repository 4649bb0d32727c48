/* The night's look at the day that is over: what it taught, and how far visitors have moved suggestions by now. */
#include "decide/moves.h"
#include "insights/day.h"
#include "jobs/kinds_int.h"
#include "stores/stores.h"

enum { MOVES_TOLD = 4 };
static const double TOLD_FROM = 0.1;        /* a tenth more or less likely than the night before */

static void tell(void *arg, int64_t done, int64_t total) { job_progress(arg, STR("reading days"), done, total); }

/* Keep this night's factors, and the largest changes as findings. Where nothing is counted in memory nothing is kept. */
static err_code keep_moves(ctx *c, job_task *t, finding *ret_findings, size_t *ret_n) {
    suggestion_move *moves = NULL;
    size_t n = 0;
    *ret_n = 0;
    if (!t->services->counters) return ERR_OK;
    job_progress(t, STR("keeping what was moved"), 0, 0);
    TRY(moves_keep(c, t->services->counters, t->d, t->row->store_id, MOVES_TOLD, &moves, &n));
    for (size_t i = 0; i < n; i++) {
        double change = moves[i].factor / moves[i].before - 1;
        if (change < TOLD_FROM && change > -TOLD_FROM) continue;
        ret_findings[(*ret_n)++] = (finding){ .kind = FINDING_MOVED, .place = moves[i].placement, .subject = moves[i].item,
                                              .other = moves[i].anchor, .value = moves[i].factor, .usual = moves[i].before };
    }
    return ERR_OK;
}

err_code job_body_insights(ctx *c, job_task *t) {
    store s;
    size_t days = 0;
    finding moved[MOVES_TOLD];
    insight_options o = { .now_ms = ctx_now_ms(c), .moved = moved, .told = tell, .arg = t };
    TRY(store_get(c, t->d, t->row->store_id, &s));
    TRY(keep_moves(c, t, moved, &o.n_moved));
    TRY(insights_catch_up(c, t->d, &s, &o, &days));
    json_out w;
    jw_init(&w, t->result);
    jw_object(&w);
    jw_member_i64(&w, "days", (int64_t)days);
    jw_member_i64(&w, "moved", (int64_t)o.n_moved);
    jw_end_object(&w);
    return buf_err(t->result);
}
