/* vitrine insights: what the last days of a shop taught. */
#include "app/commands.h"
#include "app/home.h"
#include "app/pick.h"
#include "base/limits.h"
#include "letters/findings.h"
#include "schema/currency.h"

static const option options[] = {
    { "days", OPTION_INT, "N", NULL, "7", 1, INSIGHT_DAYS, "how many days, newest first" },
};

static err_code print_day(ctx *c, const invocation *v, const letter_reader *to, const day_insight *day) {
    char date[REPORT_DATE_BYTES];
    finding *f = NULL;
    size_t n = 0;
    buf money;
    buf_init_in(&money, c->arena, 128);
    money_text(&money, day->revenue, to->currency, to->locale);
    report_date(day->day, date);
    TRY(insight_findings(c, day, &f, &n));
    fprintf(v->out, "%s  %lld visitors, %lld suggestions seen, %lld clicked, %lld bought; %lld orders, %.*s\n", date,
            (long long)day->visitors,
            (long long)day->impressions, (long long)day->clicks, (long long)day->sold, (long long)day->orders, STR_ARG(buf_view(&money)));
    for (size_t i = 0; i < n; i++) {
        str text;
        TRY(finding_say(c, to, &f[i], &text));
        fprintf(v->out, "    %.*s\n", STR_ARG(text));
    }
    return ERR_OK;
}

static err_code print_days(ctx *c, const invocation *v, const letter_reader *to, const day_insight *days, size_t n) {
    for (size_t i = 0; i < n; i++) TRY(print_day(c, v, to, &days[i]));
    if (!n) fputs("no day is over yet since visitors came; the first is looked at the night after\n", v->out);
    return ERR_OK;
}

static err_code print_days_json(ctx *c, const invocation *v, const letter_reader *to, const day_insight *days, size_t n) {
    AUTO_BUF b;
    json_out w;
    buf_init(&b, 16 * MIB);
    jw_init(&w, &b);
    jw_object(&w);
    jw_key(&w, "days");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) TRY(insight_write(c, &w, to, &days[i]));
    jw_end_array(&w);
    jw_end_object(&w);
    return print_json(v, &b);
}

static err_code run(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    day_insight *days = NULL;
    size_t n = 0;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 0), &s));
    TRY(insights_read(c, h.d, s.store_id, 0, (size_t)invocation_int(v, "days"), &days, &n));
    const letter_reader to = letter_reader_of(c, &s);
    return v->json ? print_days_json(c, v, &to, days, n) : print_days(c, v, &to, days, n);
}

const command cmd_insights = {
    .name = "insights", .summary = "What the last days of a shop taught",
    .usage = "[STORE] [--days N]",
    .details = "Days as they were known the next morning: what was unusual, which product does better than another, where\n"
               "suggestions sell, where figures are going. Looked at every night (setting plan_insights).",
    .options = options, .n_options = COUNT(options), .max_args = 1, .run = run,
};
