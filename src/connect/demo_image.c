/* Pictures of the demonstration shop's products, drawn as SVG from the group's shapes and the department's palette. */
#include "base/parse.h"
#include "connect/demo_int.h"

/* Kind and rung of a product id or of a variation's (ten times the parent's plus its number). */
static bool decode_id(str id, int *ret_kind, int *ret_rung, int *ret_variation) {
    int64_t n = 0, most = DEMO_FIRST_ID + DEMO_KINDS * 10 - 1;
    *ret_variation = 0;
    if (!parse_int_in(id, DEMO_FIRST_ID, most * 10 + 9, &n)) return false;
    if (n > most) {
        *ret_variation = (int)(n % 10) + 1;
        n /= 10;
        if (n < DEMO_FIRST_ID) return false;
    }
    *ret_kind = (int)(n - DEMO_FIRST_ID) / 10;
    *ret_rung = (int)(n % 10);
    const demo_kind *k = &demo_kinds[*ret_kind];
    return *ret_rung < k->rungs && *ret_variation <= demo_axes[k->vary].n;
}

static const char *const colour_of_variation[DEMO_MOST_VARIATIONS] = { "#2B2B2B", "#D9D9D9", "#2F6DB5", "#3C8D5A", "#C0392B", "#8A8D91" };

/* The drawing with its colour marks replaced. */
static void draw(buf *out, const char *drawing, const char *main_colour, const char *accent) {
    str rest = str_of(drawing);
    while (rest.p) {
        buf_str(out, str_cut(&rest, '$'));
        if (!rest.p) break;
        buf_text(out, rest.p[0] == 'm' ? main_colour : rest.p[0] == 'a' ? accent : "#FFFFFF");
        rest = str_sub(rest, 1, rest.n);
    }
}

err_code demo_image_svg(ctx *c, str product_id, buf *out) {
    int kind = 0, rung = 0, variation = 0;
    if (!decode_id(product_id, &kind, &rung, &variation))
        return fail(c, ERR_NOT_FOUND, "no product '%.*s' in the demonstration shop", STR_ARG(product_id));
    int group = kind / DEMO_KINDS_PER_GROUP;
    const demo_department *d = &demo_departments[group / (DEMO_GROUPS / DEMO_DEPARTMENTS)];
    bool coloured = variation && demo_kinds[kind].vary == VARY_COLOUR;
    const char *main_colour = coloured ? colour_of_variation[variation - 1] : d->palette[1];
    buf_text(out, "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 400' width='400' height='400' role='img'><title>");
    buf_text(out, demo_kinds[kind].ro);
    buf_printf(out, "</title><rect width='400' height='400' fill='%s'/>", d->palette[0]);
    buf_printf(out, "<circle cx='%d' cy='%d' r='%d' fill='#FFFFFF' opacity='0.55'/>", 170 + 20 * (kind % 4),
            180 + 10 * (kind % 3), 130 + 12 * rung);
    buf_text(out, "<ellipse cx='200' cy='330' rx='110' ry='14' fill='#000000' opacity='0.10'/>");
    buf_printf(out, "<g transform='translate(200 205) scale(%.2f) rotate(%d) translate(-200 -205)'>", 0.82 + 0.08 * rung,
            (kind % 5 - 2) * 3);
    draw(out, demo_groups[group].drawing, main_colour, d->palette[2]);
    buf_text(out, "</g>");
    for (int i = 0; i <= rung; i++)                         /* dots below tell the rung of the ladder */
        buf_printf(out, "<circle cx='%d' cy='370' r='6' fill='%s'/>", 200 + 22 * i - 11 * rung, d->palette[2]);
    buf_text(out, "</svg>");
    return buf_err(out) ? fail(c, buf_err(out), "picture of '%.*s'", STR_ARG(product_id)) : ERR_OK;
}
