/* vitrine policy: what another way to choose suggestions would have earned, from the log. */
#include <math.h>
#include "app/commands.h"
#include "app/home.h"
#include "app/pick.h"
#include "base/limits.h"
#include "reports/policy.h"
#include "schema/currency.h"

static const option options[] = {
    { "policy", OPTION_TEXT, "NAME", NULL, "no_exploration", 0, 0,
      "logged, no_exploration, source:NAME, without:NAME, popular_first, uniform" },
    { "metric", OPTION_TEXT, "WORD", NULL, "click", 0, 0, "click, purchase or revenue" },
    { "from", OPTION_TEXT, "DATE", NULL, NULL, 0, 0, "first day, as 2026-11-20; without it the last 28 days" },
    { "to", OPTION_TEXT, "DATE", NULL, NULL, 0, 0, "last day; without it today" },
};

/* Of a thousand suggestions shown: counts, or money. */
static void tell_value(const invocation *v, const policy_answer *a, str money, const char *what, off_policy_value x) {
    bool is_money = a->metric == POLICY_REVENUE;
    double times = is_money ? 1000 / pow(10, currency_digits(money)) : 1000;
    int digits = is_money ? currency_digits(money) : 1;
    fprintf(v->out, "  %-34s %12.*f   %.*f to %.*f\n", what, digits, x.value * times, digits, x.low * times, digits, x.high * times);
}

static const char *verdict(off_policy_value gain) {
    if (gain.low > 0) return "It would have earned more.";
    if (gain.high < 0) return "It would have earned less.";
    return "No difference can be told from these days.";
}

static void tell(const invocation *v, const policy_answer *a, str money) {
    static const char *const of[POLICY_METRICS] = { "clicks", "purchases", "revenue" };
    char from[REPORT_DATE_BYTES], to[REPORT_DATE_BYTES];
    const policy_estimate *e = &a->of;
    report_date(a->period.first_day, from);
    report_date(a->period.first_day + a->period.n_days - 1, to);
    fprintf(v->out, "'%.*s', %s to %s: %s for each thousand suggestions shown\n", STR_ARG(a->policy), from, to,
            of[a->metric]);
    tell_value(v, a, money, "as it was shown", e->v.logged);
    tell_value(v, a, money, "this policy (SNIPS)", e->v.snips);
    tell_value(v, a, money, "the same, unsteadied (IPS)", e->v.ips);
    tell_value(v, a, money, "the same, with a model (DR)", e->v.robust);
    tell_value(v, a, money, "more than as shown", e->v.gain);
    fprintf(v->out, "%s\n", verdict(e->v.gain));
    fprintf(v->out, "%zu suggestions of %zu answers to %zu visitors; it has something to show at %zu of them, worth %.0f visitors",
            e->shown, a->answers, e->v.units, e->judged, e->v.effective);
    if (e->v.clipped) fprintf(v->out, "; %zu weights cut at %.0f", e->v.clipped, e->clip);
    if (a->visitors_0_1 < 1) fprintf(v->out, "; judged by %.2g %% of the visitors", a->visitors_0_1 * 100);
    fprintf(v->out, "\n");
}

static err_code run(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    policy_answer a;
    const policy_request q = { .policy = invocation_text(v, "policy"), .metric = invocation_text(v, "metric"),
                               .from = invocation_text(v, "from"), .to = invocation_text(v, "to") };
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 0), &s));
    TRY(policy_read(c, h.d, &s, &q, &a));
    if (!v->json) {
        tell(v, &a, s.currency);
        return ERR_OK;
    }
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 16 * KIB);
    jw_init(&w, &b);
    policy_write(&w, &a, s.currency);
    return print_json(v, &b);
}

const command cmd_policy = {
    .name = "policy", .summary = "What another way to choose suggestions would have earned",
    .usage = "[STORE] [--policy NAME] [--metric click|purchase|revenue] [--from DATE] [--to DATE]",
    .details = "Judged by the log of what was shown, with which chance, and what followed; nothing is shown to anybody. Where the log\n"
               "cannot tell, it says so instead.",
    .options = options, .n_options = COUNT(options), .min_args = 0, .max_args = 1, .run = run,
};
