/* Settings of stores as a table. */
#include "app/store_settings.h"
#include <string.h>
#include "base/limits.h"
#include "base/parse.h"
#include "net/mail.h"
#include "jobs/plans.h"
#include "net/url.h"
#include "stores/stores.h"

const store_setting store_setting_table[] = {
    { "bundle_discount", SETTING_INT, 0, 90, NULL, "percent off a bundle (4)", NULL },
    { "upsell_discount", SETTING_INT, 0, 90, NULL, "percent off as an incentive to take the dearer one (5)", NULL },
    { "just_bought_days", SETTING_INT, 0, 3650, NULL, "days in which what a customer bought is not suggested again (30)", NULL },
    { "diversity_percent", SETTING_INT, 0, 100, NULL, "share of a list's score that variety may cost (2)", NULL },
    { "max_per_brand", SETTING_INT, 0, 50, NULL, "products of one brand in a list at most; 0 = any number (0)", NULL },
    { "max_per_category", SETTING_INT, 0, 50, NULL,
      "products of one main category in a list at most; 0 = half where that is cheap (0)", NULL },
    { "holdout_percent", SETTING_INT, 0, 50, NULL,
      "percent of visitors who never see a suggestion: what suggestions cause is measured against them (5)", NULL },
    { "new_slots", SETTING_INT, 0, 50, NULL, "new products in a list at least, while there are any (0)", NULL },
    { "explore_slots", SETTING_INT, 0, 50, NULL, "products drawn by chance in a list, to learn what was never shown (0)", NULL },
    { "train_interval_min", SETTING_INT, 1, 1440, NULL, "at most one training in so many minutes (15)", NULL },
    { "sync_parallel", SETTING_INT, 1, 3, NULL, "requests to the shop at once (2)", NULL },
    { "attribution_click_days", SETTING_INT, 1, 90, NULL,
      "days after a click on a recommendation in which an order counts as its (7)", NULL },
    { "attribution_view_hours", SETTING_INT, 0, 720, NULL,
      "hours after a recommendation was seen in which it assisted an order (24)", NULL },
    { "move_points", SETTING_INT, 0, 100, NULL,
      "percentage points by which visitors may move a suggestion's probability in a day (5)", NULL },
    { "explore_percent", SETTING_INT, 0, 50, NULL, "of answers are drawn by chance, to learn what visitors make of others (10)", NULL },
    { "learning_half_life_days", SETTING_INT, 1, 365, NULL,
      "days after which what visitors did counts half in what is learned from it (14)", NULL },
    { "consent_default", SETTING_WORD, 0, 0, NULL, "what holds for visitors who were not asked: all, statistics or none (all)",
      "all statistics none" },
    { "auto_experiments", SETTING_WORD, 0, 0, NULL,
      "try a better setting of a placement each week and keep what wins; only once owner_email is set (on)", "on off" },
    { "auto_discount_max", SETTING_INT, 0, 90, NULL, "percent off that such a trial may offer at most; 0 = never any (0)", NULL },
    { "margin_percent", SETTING_INT, 1, 100, NULL,
      "what is left of a price after the cost of the goods: trials of discounts are judged by profit (30)", NULL },
    { "owner_email", SETTING_MAIL, 1, 10, NULL, "who hears how tests ended; several addresses with commas between", NULL },
    { "mail_from", SETTING_MAIL, 1, 1, NULL, "sender of those letters (VITRINE_MAIL_FROM)", NULL },
    { "smtp_url", SETTING_TEXT, 8, 500, NULL,
      "this store's own mail server, smtp://host:587 or smtps://host; its password: vitrine mail password STORE (VITRINE_SMTP_URL)", NULL },
    { "smtp_user", SETTING_TEXT, 1, 190, NULL, "login at that server", NULL },
    { "keep_days", SETTING_INT, 30, 3650, NULL, "days that what visitors did is kept; orders stay (395)", NULL },
    { "plan_retention", SETTING_PLAN, 0, 0, NULL,
      "when that is done, as minute hour day month weekday of the shop's clock, or off (a minute from 1:00 to 2:59)", NULL },
    { "learn_displays", SETTING_WORD, 0, 0, NULL,
      "on: placements whose display you did not set learn how to be shown, by what is bought and closed; or off (off)", "on off" },
    { "annoyance_percent", SETTING_INT, 0, 100, NULL, "of an average order that a suggestion closed unread costs in that (1)", NULL },
    { "plan_displays", SETTING_PLAN, 0, 0, NULL, "when that is learned, in the same form as plan_retention (from 3:00 to 4:59)", NULL },
    { "plan_experiments", SETTING_PLAN, 0, 0, NULL, "when experiments are looked at, in the same form (from 3:00 to 4:59)", NULL },
    { "plan_insights", SETTING_PLAN, 0, 0, NULL, "when the day that is over is looked at, in the same form (from 4:00 to 5:59)", NULL },
    { "plan_rollback", SETTING_PLAN, 0, 0, NULL,
      "when it is looked whether what was learned should be taken back, in the same form (from 4:00 to 5:59)", NULL },
    { "plan_positions", SETTING_PLAN, 0, 0, NULL, "when it is learned how far visitors look, in the same form (from 3:00 to 4:59)", NULL },
    { "webhook_base", SETTING_URL, 0, 0, NULL, "address under which the shop reaches this Vitrine", NULL },
    { "sync_interval_min", SETTING_INT, 0, 10080, "sync_interval_min", "minutes between syncs; 0 = never by itself (15)", NULL },
    { "locale", SETTING_WORD, 0, 0, "locale", "language of messages: ro or en", "ro en" },
    { "time_zone", SETTING_TEXT, 1, 64, "time_zone", "Europe/Bucharest or +02:00", NULL },
};
const size_t n_store_settings = COUNT(store_setting_table);

static const store_setting *find(str name) {
    for (size_t i = 0; i < n_store_settings; i++)
        if (str_eq(name, str_of(store_setting_table[i].name))) return &store_setting_table[i];
    return NULL;
}

static err_code unknown(ctx *c, str name) {
    buf list;
    buf_init_in(&list, c->arena, KIB);
    for (size_t i = 0; i < n_store_settings; i++) buf_printf(&list, "%s%s", i ? ", " : "", store_setting_table[i].name);
    return fail_field(c, ERR_INVALID, "setting", "there is no setting '%.*s'; there is: %.*s", STR_ARG(str_clip(name, 40)),
                      STR_ARG(buf_view(&list)));
}

static bool is_word(str value, str words) {
    while (words.n)
        if (value.n && str_eq(value, str_cut(&words, ' '))) return true;
    return false;
}

static bool are_addresses(str value, int64_t most) {
    int64_t n = 0;
    while (value.n)
        if (++n > most || !mail_address_is_good(str_trim(str_cut(&value, ',')))) return false;
    return n > 0;
}

static err_code check(ctx *c, const store_setting *o, str value, int64_t *ret_number) {
    url_parts parts;
    bool good = true;
    if (o->kind == SETTING_INT) good = parse_int_in(value, o->low, o->high, ret_number);
    else if (o->kind == SETTING_URL) return url_parse(c, value, &parts);
    else if (o->kind == SETTING_PLAN) return plan_check(c, value);
    else good = (int64_t)value.n >= o->low && (int64_t)value.n <= o->high && str_is_utf8(value);
    if (o->kind == SETTING_WORD) good = is_word(value, str_of(o->words));
    if (o->kind == SETTING_MAIL) good = are_addresses(value, o->high);
    if (good) return ERR_OK;
    if (o->kind == SETTING_INT)
        return fail_field(c, ERR_INVALID, o->name, "%s is a whole number from %lld to %lld", o->name, (long long)o->low,
                          (long long)o->high);
    return fail_field(c, ERR_INVALID, o->name, "%s: %s", o->name, o->help);
}

static void set_column(store *s, const store_setting *o, str value, int64_t number) {
    size_t i = entity_field_index(&store_entity, str_of(o->column));
    void *at = entity_at_mut(&store_entity, s, i);
    if (o->kind == SETTING_INT) memcpy(at, &number, sizeof number);
    else memcpy(at, &value, sizeof value);
}

static err_code set_member(ctx *c, store *s, const store_setting *o, str value, int64_t number) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 64 * KIB);
    jw_init(&w, &b);
    if (!value.n) return store_settings_put(c, s, o->name, (str){ 0 });
    if (o->kind == SETTING_INT) jw_i64(&w, number);
    else jw_str(&w, value);
    TRY(buf_err(&b));
    return store_settings_put(c, s, o->name, buf_view(&b));
}

err_code store_setting_apply(ctx *c, store *s, str assignment) {
    int64_t number = 0;
    size_t equals = str_find(assignment, STR("="));
    if (equals == SIZE_MAX) return fail_field(c, ERR_INVALID, "setting", "a setting is written NAME=VALUE");
    str value = str_sub(assignment, equals + 1, assignment.n);
    const store_setting *o = find(str_sub(assignment, 0, equals));
    if (!o) return unknown(c, str_sub(assignment, 0, equals));
    if (value.n || o->column) TRY(check(c, o, value, &number));
    if (!o->column) return set_member(c, s, o, value, number);
    set_column(s, o, value, number);
    return ERR_OK;
}
