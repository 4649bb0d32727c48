/* What a day taught, as facts: one row a kind of finding, with the figures that prove it. Words for owners are made of them by
 * letters/findings.h; programs read the same facts as JSON.
 * Promise: a finding is only made where chance alone would make it in few shops in a hundred. Read next: insights/findings.h. */
#pragma once
#include "base/json.h"

/* kind, word, what it says and by which members */
#define FINDING_LIST(X)                                                                                                 \
    X(NOT_SEEN,  "not_seen",  "nobody saw a suggestion, as many as `usual` would have")                                 \
    X(UNUSUAL,   "unusual",   "`metric` was `value`; on such a weekday it is `usual`, `low` to `high`")                 \
    X(TREND,     "trend",     "`metric` changes by the share `value` a week; p")                                        \
    X(DRIFT,     "drift",     "clicks are spread otherwise over `metric` than in the weeks before; PSI `value`, p")     \
    X(PREFERRED, "preferred", "at `place` `subject` is clicked in the share `value` of its impressions, `other` in `usual`; p") \
    X(IGNORED,   "ignored",   "at `place` `subject` was seen `low` times and clicked in the share `value`, others in `usual`; p") \
    X(MOVED,     "moved",     "at `place` visitors moved `subject` (beside `other`) from the factor `usual` to `value`") \
    X(PLACE,     "place",     "of a thousand suggestions seen at `place` `value` are bought, at `other` `usual`; p")
typedef enum {
#define X(name, word, doc) FINDING_##name,
    FINDING_LIST(X)
#undef X
    FINDING_KINDS
} finding_kind;
extern const char *const finding_words[FINDING_KINDS];

typedef struct {
    finding_kind kind;
    str metric;                     /* visitors, impressions, clicks, orders, revenue; source, placement */
    str place;                      /* placement */
    str subject, other;             /* product ids; of PLACE the other placement */
    str subject_name, other_name;   /* of the products, when they are known */
    double value, usual, low, high, p;
} finding;

enum { LIMIT_FINDINGS = 12 };
/* Members of one, into the object that is open. */
void finding_members(json_out *w, const finding *f);
/* One object a finding, in an array. */
void findings_write(json_out *w, const finding *f, size_t n);
/* The reverse; objects of kinds this program does not know are left out. Texts in c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code findings_read(ctx *c, const json_value *array, finding **ret_findings, size_t *ret_n);
