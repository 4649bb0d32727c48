/* Slots with the settings of their placements laid over them. It does NOT know visitors: recommend.c does. */
#include "decide/widget_config.h"
#include "decide/serving_int.h"

/* How experiments that run vary the display of a place: which words answers may say. */
typedef struct {
    int64_t id;                             /* of the first; 0: none */
    bool shows[WIDGET_DISPLAYS];
    bool may_be_on;                         /* some arm switches the place on */
} trials;

/* A place of a cart page or a till is shown within the page. */
static int shown_as(int display) {
    static const int as[] = {
        [DISPLAY_POPUP] = WIDGET_DISPLAY_POPUP, [DISPLAY_BANNER] = WIDGET_DISPLAY_BANNER, [DISPLAY_INLINE] = WIDGET_DISPLAY_INLINE,
        [DISPLAY_CART] = WIDGET_DISPLAY_INLINE, [DISPLAY_CHECKOUT] = WIDGET_DISPLAY_INLINE, [DISPLAY_SLIDE_IN] = WIDGET_DISPLAY_SLIDE_IN,
        [DISPLAY_STICKY] = WIDGET_DISPLAY_STICKY,
    };
    return as[display];
}

static placement_settings settings_of(const shop_terms *t, const char *place) {
    const placement *p = placement_find(str_of(place));
    return t->places && p ? t->places[p - all_placements] : (placement_settings){ 0 };
}

static int display_of(const widget_slot_facts *f, const placement_settings *s) {
    bool set = f->follows && s->given >> PLACEMENT_DISPLAY & 1;
    return set ? shown_as(s->value[PLACEMENT_DISPLAY]) : f->display;
}

static void look_at(const running_experiment *e, const placement_settings *variants, trials *t) {
    for (size_t k = 0; k < e->n_variants; k++) {
        const placement_settings *s = &variants[k];
        t->may_be_on |= placement_setting_or(s, PLACEMENT_ENABLED, 0) == 1;
        if (!(s->given >> PLACEMENT_DISPLAY & 1)) continue;
        t->shows[shown_as(s->value[PLACEMENT_DISPLAY])] = true;
        if (!t->id) t->id = e->id;
    }
}

static trials trials_of(const shop_terms *shop, const char *place) {
    trials t = { 0 };
    for (size_t i = 0; i < shop->experiments.n; i++) {
        const running_experiment *e = &shop->experiments.p[i];
        if (!e->placement.n || str_eq(e->placement, str_of(place))) look_at(e, &shop->variants[i * LIMIT_VARIANTS], &t);
    }
    return t;
}

/* ---- members ---- */
static void write_store(json_out *w, const serving *s, widget_language language) {
    static const char *const locales[] = { [WIDGET_RO] = "ro-RO", [WIDGET_EN] = "en-GB" };
    jw_key(w, "store");
    jw_object(w);
    jw_member_text(w, "currency", s->loaded->currency);
    jw_member_text(w, "locale", locales[language]);
    jw_member_i64(w, "minor", s->loaded->digits);
    jw_key(w, "price");
    price_style_write(w, &s->loaded->prices);
    jw_end_object(w);
}

/* How overlays behave: those of their own, and any slot that a setting or an experiment shows so. */
static void write_displays(json_out *w, const widget_design *d) {
    static const widget_slot overlays[] = { WIDGET_SLOT_POPUP, WIDGET_SLOT_SLIDE_IN, WIDGET_SLOT_BANNER, WIDGET_SLOT_STICKY };
    jw_key(w, "displays");
    jw_object(w);
    for (size_t i = 0; i < COUNT(overlays); i++) {
        jw_key(w, widget_display_words[widget_slots[overlays[i]].display]);
        jw_object(w);
        widget_slot_write_manners(w, &d->slots[overlays[i]]);
        jw_end_object(w);
    }
    jw_end_object(w);
}

static void write_experiment(json_out *w, const trials *t, int display) {
    jw_key(w, "experiment");
    if (!t->id) {
        jw_null(w);
        return;
    }
    jw_object(w);
    jw_member_i64(w, "id", t->id);
    jw_key(w, "displays");
    jw_array(w);
    for (int k = 0; k < WIDGET_DISPLAYS; k++)
        if (t->shows[k] || k == display) jw_text(w, widget_display_words[k]);
    jw_end_array(w);
    jw_end_object(w);
}

static void write_slot(json_out *w, const serving *s, const widget_slot_facts *f, const slot_design *own, widget_language language) {
    placement_settings set = settings_of(s->terms, f->placement);
    trials t = trials_of(s->terms, f->placement);
    int display = display_of(f, &set);
    if (!placement_setting_or(&set, PLACEMENT_ENABLED, true) && !t.may_be_on) return;
    if (!f->follows) t.id = 0;
    jw_object(w);
    jw_member_text(w, "placement", f->placement);
    jw_member_text(w, "slot", f->name);
    jw_member_text(w, "display", widget_display_words[display]);
    jw_member_bool(w, "fixed", !f->follows);
    jw_member_i64(w, "n", placement_setting_or(&set, PLACEMENT_N, f->n));
    widget_slot_write(w, own, language);
    write_experiment(w, &t, display);
    jw_end_object(w);
}

static bool is_over(const slot_design *s, int64_t now_ms) { return s->until_ms && s->until_ms <= now_ms; }

/* What was published, the draft for who may see it, or what the tables say. */
static const widget_design *design_of(const serving *s, bool preview, widget_design *room) {
    const widget_design *d = preview && s->terms->draft ? s->terms->draft : s->terms->widgets;
    if (!d) widget_design_default(room);
    return d ? d : room;
}

void widget_config_write(ctx *c, json_out *w, const serving *s, const widget_config_query *q) {
    widget_language language = widget_language_of(q->locale.n ? q->locale : str_of(s->loaded->locale));
    widget_design room;
    const widget_design *d = design_of(s, q->preview, &room);
    jw_object(w);
    jw_member_i64(w, "version", s->terms->widget_version);
    if (q->preview) jw_member_bool(w, "preview", true);
    jw_member_text(w, "language", widget_languages[language]);
    write_store(w, s, language);
    widget_design_write_head(w, d);
    widget_design_write_texts(w, d, language);
    write_displays(w, d);
    jw_key(w, "placements");
    jw_array(w);
    for (size_t i = 0; i < WIDGET_SLOTS; i++) {
        bool on_page = widget_slots[i].display != WIDGET_DISPLAY_EMAIL && d->slots[i].enabled && !is_over(&d->slots[i], ctx_now_ms(c));
        if (on_page) write_slot(w, s, &widget_slots[i], &d->slots[i], language);
    }
    jw_end_array(w);
    jw_end_object(w);
}

slot_design widget_config_slot(const serving *s, widget_slot slot) {
    return s->terms->widgets ? s->terms->widgets->slots[slot] : widget_slots[slot].design;
}

widget_look widget_config_look(const serving *s) {
    return s->terms->widgets ? s->terms->widgets->look : (widget_look){ .radius_px = -1 };
}

str widget_config_text(const serving *s, const char *name, widget_language language) {
    size_t i = 0;
    while (i < WIDGET_TEXTS && !str_eq(str_of(widget_texts[i].name), str_of(name))) i++;
    if (i == WIDGET_TEXTS) return (str){ 0 };
    return s->terms->widgets ? s->terms->widgets->texts[i].in[language] : str_of(widget_texts[i].in[language]);
}
