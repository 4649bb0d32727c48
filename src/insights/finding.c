/* Findings as JSON. */
#include "insights/finding.h"

const char *const finding_words[FINDING_KINDS] = {
#define X(name, word, doc) [FINDING_##name] = word,
    FINDING_LIST(X)
#undef X
};

typedef enum { MEMBER_TEXT, MEMBER_NUMBER } member_kind;
static const struct { const char *name; size_t at; member_kind kind; } members[] = {
    { "metric", offsetof(finding, metric), MEMBER_TEXT },   { "place", offsetof(finding, place), MEMBER_TEXT },
    { "subject", offsetof(finding, subject), MEMBER_TEXT }, { "subject_name", offsetof(finding, subject_name), MEMBER_TEXT },
    { "other", offsetof(finding, other), MEMBER_TEXT },     { "other_name", offsetof(finding, other_name), MEMBER_TEXT },
    { "value", offsetof(finding, value), MEMBER_NUMBER },   { "usual", offsetof(finding, usual), MEMBER_NUMBER },
    { "low", offsetof(finding, low), MEMBER_NUMBER },       { "high", offsetof(finding, high), MEMBER_NUMBER },
    { "p", offsetof(finding, p), MEMBER_NUMBER },
};

void finding_members(json_out *w, const finding *f) {
    jw_member_text(w, "kind", finding_words[f->kind]);
    for (size_t i = 0; i < COUNT(members); i++) {
        const void *at = (const char *)f + members[i].at;
        if (members[i].kind == MEMBER_NUMBER) jw_key(w, members[i].name), jw_double(w, *(const double *)at);
        else if (((const str *)at)->n) jw_member_str(w, members[i].name, *(const str *)at);
    }
}

void findings_write(json_out *w, const finding *f, size_t n) {
    jw_array(w);
    for (size_t i = 0; i < n; i++) {
        jw_object(w);
        finding_members(w, &f[i]);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static bool read_one(const json_value *o, finding *f) {
    str word = jr_string(jr_get(o, "kind"));
    *f = (finding){ .kind = FINDING_KINDS };
    for (int k = 0; k < FINDING_KINDS; k++)
        if (str_eq(word, str_of(finding_words[k]))) f->kind = (finding_kind)k;
    for (size_t i = 0; i < COUNT(members); i++) {
        void *at = (char *)f + members[i].at;
        const json_value *v = jr_get(o, members[i].name);
        if (members[i].kind == MEMBER_TEXT) *(str *)at = jr_string(v);
        else if (!jr_double(v, at)) *(double *)at = 0;
    }
    return f->kind != FINDING_KINDS;
}

err_code findings_read(ctx *c, const json_value *array, finding **ret_findings, size_t *ret_n) {
    finding *f = arena_new(c->arena, finding, LIMIT_FINDINGS);
    size_t n = 0;
    if (!f) return fail(c, ERR_NO_MEMORY, "read findings");
    for (size_t i = 0; i < jr_count(array) && n < LIMIT_FINDINGS; i++) n += read_one(jr_at(array, i), &f[n]);
    *ret_findings = f;
    *ret_n = n;
    return ERR_OK;
}
