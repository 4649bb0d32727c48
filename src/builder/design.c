/* A document over the defaults, and back. It does NOT store anything: versions.c does. */
#include "builder/design.h"
#include <string.h>

#define LAST_MS 4102444800000.0                 /* 2100-01-01 */

/* ---- tables ---- */
#define AT(type, member) offsetof(type, member)
#define NUMBER(word, kind, type, member, low, high) { word, kind, AT(type, member), low, high, NULL, NULL, 0 }
#define WORDED(word, type, member, list) { word, DESIGN_WORD, AT(type, member), 0, 0, list, NULL, 0 }
#define FLAG(word, type, member) { word, DESIGN_FLAG, AT(type, member), 0, 0, NULL, NULL, 0 }
#define TEXT(word, kind, type, member, most) { word, kind, AT(type, member), 0, most, NULL, NULL, 0 }
#define GROUP(word, table) { word, DESIGN_GROUP, 0, 0, 0, NULL, table, COUNT(table) }
#define LOOK(type, at)                                                                                                  \
    TEXT("accent", DESIGN_COLOUR, type, at.accent, 0), TEXT("text", DESIGN_COLOUR, type, at.text, 0),                   \
    TEXT("surface", DESIGN_COLOUR, type, at.surface, 0), NUMBER("radius", DESIGN_THEME_INT, type, at.radius_px, 0, 40), \
    TEXT("font", DESIGN_FONT, type, at.font, LIMIT_WIDGET_FONT)

static const design_field where_fields[] = {
    WORDED("page", slot_design, page, widget_page_words),
    TEXT("selector", DESIGN_SELECTOR, slot_design, selector, LIMIT_WIDGET_SELECTOR),
    WORDED("position", slot_design, position, widget_position_words),
};
static const design_field trigger_fields[] = {
    WORDED("kind", slot_design, trigger, widget_trigger_words), NUMBER("share", DESIGN_REAL, slot_design, scrolled_0_1, 0, 1),
    NUMBER("seconds", DESIGN_INT, slot_design, seconds, 0, 600),
};
static const design_field frequency_fields[] = {
    NUMBER("per_session", DESIGN_INT, slot_design, per_session, 0, 100), NUMBER("per_day", DESIGN_INT, slot_design, per_day, 0, 100),
    NUMBER("gap_seconds", DESIGN_INT, slot_design, gap_s, 0, 86400),
};
static const design_field audience_fields[] = {
    WORDED("device", slot_design, device, widget_device_words), WORDED("visitor", slot_design, visitor, widget_visitor_words),
};
static const design_field schedule_fields[] = {
    NUMBER("from", DESIGN_TIME, slot_design, from_ms, 1, LAST_MS), NUMBER("until", DESIGN_TIME, slot_design, until_ms, 1, LAST_MS),
};
static const design_field show_fields[] = {
    FLAG("rating", slot_design, rating), FLAG("stock", slot_design, stock), FLAG("message", slot_design, message),
    FLAG("add_to_cart", slot_design, add_to_cart),
};
static const design_field slot_look_fields[] = { LOOK(slot_design, look) };
/* The first is of documents alone; manners are what follows an overlay, whatever slot is shown in it. */
static const design_field slot_fields[] = {
    FLAG("enabled", slot_design, enabled), WORDED("layout", slot_design, layout, widget_layout_words),
    WORDED("source", slot_design, source, widget_source_words), TEXT("title", DESIGN_WORDS, slot_design, title, LIMIT_WIDGET_TITLE),
    GROUP("where", where_fields), GROUP("show", show_fields), GROUP("design", slot_look_fields), GROUP("audience", audience_fields),
    GROUP("schedule", schedule_fields), GROUP("trigger", trigger_fields), GROUP("frequency", frequency_fields),
};
enum { FIRST_SHOWN = 1, FIRST_MANNER = 9 };

static const design_field track_fields[] = {
    WORDED("consent", widget_design, track.consent, widget_consent_words), FLAG("dnt", widget_design, track.dnt),
    FLAG("cookieless", widget_design, track.cookieless),
    NUMBER("impression_share", DESIGN_REAL, widget_design, track.impression_0_1, 0.1, 1),
    NUMBER("impression_ms", DESIGN_INT, widget_design, track.impression_ms, 0, 60000),
};
static const design_field forward_fields[] = {
    FLAG("ga4", widget_design, ga4), FLAG("meta", widget_design, meta), FLAG("segment", widget_design, segment),
};
static const design_field look_fields[] = { LOOK(widget_design, look), WORDED("scheme", widget_design, scheme, widget_scheme_words) };
static const design_field head_fields[] = { GROUP("track", track_fields), GROUP("forward", forward_fields), GROUP("design", look_fields) };

/* ---- defaults ---- */
void widget_design_default(widget_design *ret_design) {
    widget_design *d = ret_design;
    *d = (widget_design){ .track = { .consent = WIDGET_CONSENT_OPTIONAL, .impression_0_1 = 0.5, .impression_ms = 1000 },
                          .look = { .radius_px = -1 }, .scheme = WIDGET_SCHEME_AUTO };
    for (size_t i = 0; i < WIDGET_TEXTS; i++)
        for (size_t k = 0; k < WIDGET_LANGUAGES; k++) d->texts[i].in[k] = str_of(widget_texts[i].in[k]);
    for (size_t i = 0; i < WIDGET_SLOTS; i++) d->slots[i] = widget_slots[i].design;
}

/* ---- reading ---- */
static err_code unknown(ctx *c, const char *path, str name, const char *where) {
    return fail_field(c, ERR_INVALID, design_path(c, path, name), "there is no '%.*s' in %s; GET /api/v1/widget/fields lists what there is",
                      STR_ARG(str_clip(name, 40)), where);
}

static err_code read_texts_of(ctx *c, const char *path, const json_value *o, size_t language, widget_design *d) {
    if (!jr_is_object(o)) return fail_field(c, ERR_INVALID, path, "'%s' must be an object of texts", path);
    for (void *it = jr_first(o); it; it = jr_next(o, it)) {
        size_t i = 0;
        while (i < WIDGET_TEXTS && !str_eq(jr_member_key(it), str_of(widget_texts[i].name))) i++;
        if (i == WIDGET_TEXTS) return unknown(c, path, jr_member_key(it), "the texts");
        if (!jr_is_null(jr_member_value(it)))
            TRY(design_text_read(c, design_path(c, path, jr_member_key(it)), jr_member_value(it), LIMIT_WIDGET_TEXT,
                                 &d->texts[i].in[language]));
    }
    return ERR_OK;
}

static err_code read_texts(ctx *c, const json_value *o, widget_design *d) {
    if (!jr_is_object(o)) return fail_field(c, ERR_INVALID, "texts", "'texts' must be an object by language: ro, en");
    for (void *it = jr_first(o); it; it = jr_next(o, it)) {
        size_t k = 0;
        while (k < WIDGET_LANGUAGES && !str_eq(jr_member_key(it), str_of(widget_languages[k]))) k++;
        if (k == WIDGET_LANGUAGES) return unknown(c, "texts", jr_member_key(it), "the languages, ro and en");
        if (!jr_is_null(jr_member_value(it))) TRY(read_texts_of(c, design_path(c, "texts", jr_member_key(it)), jr_member_value(it), k, d));
    }
    return ERR_OK;
}

/* What no single member can be blamed for. */
static err_code check_slot(ctx *c, const char *path, const widget_slot_facts *f, const slot_design *s) {
    if (s->page != f->design.page && !f->anywhere)
        return fail_field(c, ERR_INVALID, design_path(c, path, STR("where.page")), "%s stands on the page '%s'; only what lies over a page "
                          "may choose another one", f->name, widget_page_words[f->design.page]);
    if (s->from_ms && s->until_ms && s->until_ms <= s->from_ms)
        return fail_field(c, ERR_INVALID, design_path(c, path, STR("schedule.until")), "%s ends before it begins", f->name);
    return ERR_OK;
}

static err_code settings_elsewhere(ctx *c, const char *path, str name, const widget_slot_facts *f) {
    return fail_field(c, ERR_INVALID, design_path(c, path, name),
                      "'%.*s' is no part of a design: it is set for the placement, where experiments vary it: PUT /api/v1/placements/%s",
                      STR_ARG(name), f->placement);
}

static err_code read_slot(ctx *c, str name, const json_value *o, widget_design *d) {
    static const char *const elsewhere[] = { "n", "display", "discount", "message", "model" };
    size_t k = widget_slot_find(name);
    const char *path = design_path(c, "slots", name);
    if (k == WIDGET_SLOTS) return unknown(c, "slots", name, "the slots");
    for (size_t i = 0; i < COUNT(elsewhere); i++)
        if (!jr_is_null(jr_get(o, elsewhere[i]))) return settings_elsewhere(c, path, str_of(elsewhere[i]), &widget_slots[k]);
    TRY(design_fields_read(c, path, o, slot_fields, COUNT(slot_fields), &d->slots[k]));
    return check_slot(c, path, &widget_slots[k], &d->slots[k]);
}

static err_code read_slots(ctx *c, const json_value *o, widget_design *d) {
    if (!jr_is_object(o)) return fail_field(c, ERR_INVALID, "slots", "'slots' must be an object of slots by name");
    for (void *it = jr_first(o); it; it = jr_next(o, it))
        if (!jr_is_null(jr_member_value(it))) TRY(read_slot(c, jr_member_key(it), jr_member_value(it), d));
    return ERR_OK;
}

static err_code read_member(ctx *c, str name, const json_value *v, widget_design *d) {
    if (jr_is_null(v)) return ERR_OK;
    if (str_eq(name, STR("texts"))) return read_texts(c, v, d);
    if (str_eq(name, STR("slots"))) return read_slots(c, v, d);
    for (size_t i = 0; i < COUNT(head_fields); i++)
        if (str_eq(name, str_of(head_fields[i].name)))
            return design_fields_read(c, head_fields[i].name, v, head_fields[i].fields, head_fields[i].n_fields, d);
    return fail_field(c, ERR_INVALID, design_path(c, "", name),
                      "a design has no member '%.*s'; there is: track, forward, design, texts, slots",
                      STR_ARG(str_clip(name, 40)));
}

err_code widget_design_read(ctx *c, const json_value *o, widget_design *ret_design) {
    widget_design *d = arena_new(c->arena, widget_design, 1);
    if (!d) return fail(c, ERR_NO_MEMORY, "read a design");
    if (!jr_is_object(o)) return fail_field(c, ERR_INVALID, "design", "a design must be a JSON object; {} says nothing");
    widget_design_default(d);
    for (void *it = jr_first(o); it; it = jr_next(o, it)) TRY(read_member(c, jr_member_key(it), jr_member_value(it), d));
    *ret_design = *d;
    return ERR_OK;
}

err_code widget_design_parse(ctx *c, str text, widget_design *ret_design) {
    const json_value *o = NULL;
    if (!text.n) {
        widget_design_default(ret_design);
        return ERR_OK;
    }
    TRY(json_parse(c, text, JSON_READ_STRICT, &o));
    return widget_design_read(c, o, ret_design);
}

/* ---- writing ---- */
void widget_design_write_head(json_out *w, const widget_design *d) {
    design_fields_write(w, head_fields, COUNT(head_fields), d, WIDGET_EVERY_LANGUAGE);
}

static void write_texts_of(json_out *w, const widget_design *d, size_t language) {
    jw_object(w);
    for (size_t i = 0; i < WIDGET_TEXTS; i++) jw_member_str(w, widget_texts[i].name, d->texts[i].in[language]);
    jw_end_object(w);
}

void widget_design_write_texts(json_out *w, const widget_design *d, widget_language language) {
    jw_key(w, "texts");
    if (language != WIDGET_EVERY_LANGUAGE) {
        write_texts_of(w, d, language);
        return;
    }
    jw_object(w);
    for (size_t k = 0; k < WIDGET_LANGUAGES; k++) {
        jw_key(w, widget_languages[k]);
        write_texts_of(w, d, k);
    }
    jw_end_object(w);
}

void widget_slot_write(json_out *w, const slot_design *s, widget_language language) {
    design_fields_write(w, slot_fields + FIRST_SHOWN, COUNT(slot_fields) - FIRST_SHOWN, s, language);
}

void widget_slot_write_manners(json_out *w, const slot_design *s) {
    design_fields_write(w, slot_fields + FIRST_MANNER, COUNT(slot_fields) - FIRST_MANNER, s, WIDGET_EVERY_LANGUAGE);
}

void widget_design_write(json_out *w, const widget_design *d) {
    jw_object(w);
    widget_design_write_head(w, d);
    widget_design_write_texts(w, d, WIDGET_EVERY_LANGUAGE);
    jw_key(w, "slots");
    jw_object(w);
    for (size_t i = 0; i < WIDGET_SLOTS; i++) {
        jw_key(w, widget_slots[i].name);
        jw_object(w);
        design_fields_write(w, slot_fields, COUNT(slot_fields), &d->slots[i], WIDGET_EVERY_LANGUAGE);
        jw_end_object(w);
    }
    jw_end_object(w);
    jw_end_object(w);
}

/* ---- describing ---- */
static void describe_slots(json_out *w) {
    jw_array(w);
    for (size_t i = 0; i < WIDGET_SLOTS; i++) {
        const widget_slot_facts *f = &widget_slots[i];
        jw_object(w);
        jw_member_text(w, "slot", f->name);
        jw_member_text(w, "placement", f->placement);
        jw_member_text(w, "display", widget_display_words[f->display]);
        jw_member_bool(w, "fixed", !f->follows);
        jw_member_bool(w, "any_page", f->anywhere);
        jw_member_i64(w, "n", f->n);
        jw_end_object(w);
    }
    jw_end_array(w);
}

void widget_design_describe(json_out *w) {
    widget_design d;
    widget_design_default(&d);
    jw_object(w);
    jw_key(w, "fields"), design_fields_describe(w, head_fields, COUNT(head_fields));
    jw_key(w, "slot_fields"), design_fields_describe(w, slot_fields, COUNT(slot_fields));
    jw_key(w, "slots"), describe_slots(w);
    jw_key(w, "defaults"), widget_design_write(w, &d);
    jw_end_object(w);
}
