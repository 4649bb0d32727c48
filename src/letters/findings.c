/* Findings as sentences. */
#include "letters/findings.h"
#include "letters/letter_int.h"
#include "schema/currency.h"

static const phrase sentences[FINDING_KINDS] = {
    [FINDING_NOT_SEEN] = { { "Nimeni nu a văzut vreo sugestie; într-o astfel de zi ar fi fost {1}. Mai este widgetul în pagini?",
                             "Nobody saw a suggestion; on such a day it would be {1}. Is the widget still on your pages?" } },
    [FINDING_UNUSUAL] = { { "{6}: {0}. Într-o astfel de zi a săptămânii sunt de obicei între {2} și {3}.",
                            "{6}: {0}. On such a weekday it is usually {2} to {3}." } },
    [FINDING_TREND] = { { "{6}: {0} de la o săptămână la alta.", "{6}: {0} from one week to the next." } },
    [FINDING_PREFERRED] = { { "„{4}” merge mai bine decât „{5}” ({7}): primește clic în {0} din cazurile în care este văzut, față de {1}. "
                              "Urcă în listă.",
                              "“{4}” does better than “{5}” ({7}): clicked in {0} of the times it is seen, against {1}. It moves up." } },
    [FINDING_IGNORED] = { { "„{4}” a fost văzut de {2} ori ({7}) și a primit clic în {0}, celelalte în {1}. Coboară în listă.",
                            "“{4}” was seen {2} times ({7}) and clicked in {0}, the others in {1}. It moves down." } },
    [FINDING_MOVED] = { { "„{4}” ({7}): vizitatorii l-au mutat, șansa lui de a fi propus s-a schimbat cu {0} față de noaptea dinainte.",
                          "“{4}” ({7}): visitors moved it, its probability changed by {0} since the night before." } },
    [FINDING_PLACE] = { { "Sugestiile vând mai bine într-un loc: din cele văzute în {7} sunt cumpărate {0}, în {5} {1}.",
                          "Suggestions sell better in one place: of those seen on {7} {0} are bought, on {5} {1}." } },
};
static const phrase moved_beside = {
    { "„{4}” lângă „{5}” ({7}): vizitatorii l-au mutat, șansa lui de a fi propus s-a schimbat cu {0} față de noaptea dinainte.",
      "“{4}” beside “{5}” ({7}): visitors moved it, its probability changed by {0} since the night before." }
};
static const phrase other_kinds = { { "Vizitatorii apasă alte feluri de sugestii decât în săptămânile dinainte.",
                                      "Visitors click other kinds of suggestions than in the weeks before." } };
static const phrase other_places = { { "Vizitatorii apasă sugestiile în alte locuri decât în săptămânile dinainte.",
                                       "Visitors click suggestions in other places than in the weeks before." } };

static str metric_words(const letter_page *p, str metric) {
    static const struct { const char *word; phrase text; } names[] = {
        { "visitors", { { "Vizitatori", "Visitors" } } },        { "impressions", { { "Sugestii văzute", "Suggestions seen" } } },
        { "clicks", { { "Clicuri pe sugestii", "Clicks on suggestions" } } }, { "orders", { { "Comenzi", "Orders" } } },
        { "revenue", { { "Vânzări", "Revenue" } } },
    };
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_eq(metric, str_of(names[i].word))) return str_of(names[i].text.in[p->language]);
    return metric;
}

/* Value, usual, low and high as this kind of finding means them. */
static str number_of(letter_page *p, const finding *f, double v) {
    switch (f->kind) {
    case FINDING_PREFERRED: return letter_percent(p, v, 1);
    case FINDING_IGNORED: return v == f->low ? letter_count(p, v) : letter_percent(p, v, 1);
    case FINDING_PLACE: return letter_percent(p, v / 1000, 1);
    case FINDING_TREND: return letter_change(p, v);
    case FINDING_MOVED: return letter_change(p, f->value / f->usual - 1);
    case FINDING_UNUSUAL:
    case FINDING_NOT_SEEN: return str_eq(f->metric, STR("revenue")) ? letter_money(p, v) : letter_count(p, v);
    case FINDING_DRIFT:
    case FINDING_KINDS: break;
    }
    return (str){ 0 };
}

static const phrase *sentence_of(const finding *f) {
    if (f->kind == FINDING_DRIFT) return str_eq(f->metric, STR("placement")) ? &other_places : &other_kinds;
    return f->kind == FINDING_MOVED && f->other.n ? &moved_beside : &sentences[f->kind];
}

err_code finding_say(ctx *c, const letter_reader *to, const finding *f, str *ret_text) {
    letter_page p;
    letter_page_init(c, to, &p);
    str other = f->kind == FINDING_PLACE ? letter_place(&p, f->other) : f->other_name.n ? f->other_name : f->other;
    const str values[] = {
        number_of(&p, f, f->value), number_of(&p, f, f->usual), number_of(&p, f, f->low), number_of(&p, f, f->high),
        f->subject_name.n ? f->subject_name : f->subject, other, metric_words(&p, f->metric), letter_place(&p, f->place),
    };
    *ret_text = letter_fill(&p, sentence_of(f), values, COUNT(values));
    return p.full ? fail(c, ERR_NO_MEMORY, "say what was learned") : ERR_OK;
}

static err_code write_finding(ctx *c, json_out *w, const letter_reader *to, const finding *f) {
    static const char *const languages[] = { "ro", "en" };
    jw_object(w);
    finding_members(w, f);
    jw_key(w, "text");
    jw_object(w);
    for (size_t i = 0; i < COUNT(languages); i++) {
        letter_reader reader = *to;
        str text;
        reader.locale = str_of(languages[i]);
        TRY(finding_say(c, &reader, f, &text));
        jw_member_str(w, languages[i], text);
    }
    jw_end_object(w);
    jw_end_object(w);
    return ERR_OK;
}

err_code insight_findings(ctx *c, const day_insight *day, finding **ret_findings, size_t *ret_n) {
    const json_value *v = NULL;
    if (day->findings.n) TRY(json_parse(c, day->findings, JSON_READ_STRICT, &v));
    return findings_read(c, v, ret_findings, ret_n);
}

err_code insight_write(ctx *c, json_out *w, const letter_reader *to, const day_insight *day) {
    static const struct { const char *name; size_t at; } counts[] = {
        { "visitors", offsetof(day_insight, visitors) }, { "impressions", offsetof(day_insight, impressions) },
        { "clicks", offsetof(day_insight, clicks) },     { "carts", offsetof(day_insight, carts) },
        { "dismissals", offsetof(day_insight, dismissals) }, { "sold", offsetof(day_insight, sold) },
        { "orders", offsetof(day_insight, orders) },
    };
    char date[REPORT_DATE_BYTES];
    finding *f = NULL;
    size_t n = 0;
    int digits = currency_digits(to->currency);
    report_date(day->day, date);
    TRY(insight_findings(c, day, &f, &n));
    jw_object(w);
    jw_member_text(w, "day", date);
    for (size_t i = 0; i < COUNT(counts); i++)
        jw_member_i64(w, counts[i].name, *(const int64_t *)(const void *)((const char *)day + counts[i].at));
    jw_member_money(w, "sold_value", day->sold_value, digits);
    jw_member_money(w, "revenue", day->revenue, digits);
    jw_key(w, "findings");
    jw_array(w);
    for (size_t i = 0; i < n; i++) TRY(write_finding(c, w, to, &f[i]));
    jw_end_array(w);
    jw_end_object(w);
    return ERR_OK;
}
