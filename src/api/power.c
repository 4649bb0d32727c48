/* POST /api/v1/experiments/power: how long an experiment takes, before it begins. Decoding only: experiments/power.h reckons. */
#include "api/experiments.h"
#include "experiments/experiment.h"
#include "experiments/power.h"

enum { MOST_VISITORS = 1000000000 };
#define USUAL_POWER .8
#define USUAL_ALPHA .05

typedef struct {
    opt_f64 mean, deviation, lift, power, alpha, visitors, visitors_per_day;
    opt_i64 variants;
    opt_flag daily;
} power_input;
#define OFFSET(member) offsetof(power_input, member)

const param power_params[COUNT_POWER] = {
    { "mean", PARAM_NUMBER, OFFSET(mean), 0, MOST_VISITORS, true,
      "Now: the share of visitors who buy (0.03), or with a deviation the money a visitor brings.", "0.03", NULL, 0 },
    { "deviation", PARAM_NUMBER, OFFSET(deviation), 0, MOST_VISITORS, false,
      "Of the money between visitors, those without an order included; left out: the mean is a share.", "41.5", NULL, 0 },
    { "lift", PARAM_NUMBER, OFFSET(lift), -1, 100, false, "What is hoped for, relative: 0.1 is 10 % more. Left out: the smallest that "
      "'visitors' would show is told.", "0.1", NULL, 0 },
    { "power", PARAM_NUMBER, OFFSET(power), 0, 1, false, "Chance to call such a lift; 0.8 when left out.", "0.8", NULL, 0 },
    { "alpha", PARAM_NUMBER, OFFSET(alpha), 0, 1, false, "Chance of a false alarm; 0.05 when left out.", "0.05", NULL, 0 },
    { "visitors", PARAM_NUMBER, OFFSET(visitors), 10, MOST_VISITORS, false, "Of all variants; left out: as many as it takes.",
      "20000", NULL, 0 },
    { "visitors_per_day", PARAM_NUMBER, OFFSET(visitors_per_day), 1, MOST_VISITORS, true,
      "Who would come into the experiment.", "800", NULL, 0 },
    { "variants", PARAM_INT, OFFSET(variants), 2, LIMIT_VARIANTS, false, "Arms of equal shares, the control among them; 2 when left out.",
      "2", NULL, 0 },
    { "daily", PARAM_BOOL, OFFSET(daily), 0, 0, false, "false: one look at the end. Left out: looked at daily, as Vitrine does.",
      "true", NULL, 0 },
};

static double or_usual(opt_f64 v, double usual) { return v.known ? v.v : usual; }

static power_plan plan_of(const power_input *in) {
    double arms = in->variants.known ? (double)in->variants.v : 2;
    return (power_plan){
        .kind = in->deviation.known ? METRIC_KIND_MEAN : METRIC_KIND_SHARE, .mean = in->mean.v, .deviation = in->deviation.v,
        .control_share = 1 / arms, .variant_share = 1 / arms, .comparisons = (size_t)arms - 1, .alpha = or_usual(in->alpha, USUAL_ALPHA),
        .sides = SIDES_TWO, .sequential = !in->daily.known || in->daily.v, .visitors_per_day = in->visitors_per_day.v,
    };
}

/* Two of lift, visitors and power give the third. */
static err_code reckon(ctx *c, const power_input *in, const power_plan *p, double *ret_lift, power_answer *ret_answer) {
    double power = or_usual(in->power, USUAL_POWER);
    *ret_lift = in->lift.v;
    if (in->lift.known && !in->visitors.known) return power_visitors(c, p, in->lift.v, power, ret_answer);
    if (!in->visitors.known) return fail_field(c, ERR_INVALID, "lift", "send 'lift', 'visitors', or both");
    if (!in->lift.known) TRY(power_lift(c, p, in->visitors.v, power, ret_lift));
    return power_of(c, p, *ret_lift, in->visitors.v, ret_answer);
}

err_code experiments_power(api_call *call) {
    power_input in = { 0 };
    power_answer a;
    double lift = 0;
    TRY(api_read_body(call, &in));
    const power_plan p = plan_of(&in);
    TRY(reckon(call->c, &in, &p, &lift, &a));
    json_out w = api_json(call);
    jw_object(&w);
    jw_member_fixed(&w, "lift", lift, 4);
    jw_member_fixed(&w, "visitors", a.visitors, 0);
    jw_member_fixed(&w, "days", a.days, 1);
    jw_member_fixed(&w, "power", a.power, 4);
    jw_member_fixed(&w, "expected_visitors", a.expected_visitors, 0);
    jw_member_fixed(&w, "expected_days", a.expected_visitors / p.visitors_per_day, 1);
    jw_end_object(&w);
    return api_json_done(call, &w);
}
