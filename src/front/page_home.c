/* "/shop/": departments, what sells, what is reduced, what is new. And the two pages without goods: not found, and opening. */
#include "front/front_int.h"

enum { HERO_PICTURES = 3, TILES = 8, SHELF_ITEMS = 4, SHOWN_MOST = 3 * SHELF_ITEMS };

/* What the page shows already: a shelf brings others. */
typedef struct { const catalogue_item *items[SHOWN_MOST]; size_t n; } shown_list;

static void hero_picture(buf *out, const catalogue_item *it) {
    buf_text(out, "<a href=");
    product_href(out, it->product_id);
    buf_text(out, "><img width=400 height=400 alt='");
    html_text(out, it->name);
    buf_text(out, "' src='");
    html_url(out, it->image);
    buf_text(out, "'></a>");
}

static bool is_used(const catalogue_item *const *used, size_t n, const catalogue_item *it) {
    for (size_t i = 0; i < n; i++)
        if (used[i] == it) return true;
    return false;
}

/* The best seller of each department, for its tile; those of the first three make the picture above. */
static err_code department_items(ctx *c, const front_shop *s, const category **ret_rows, const catalogue_item **ret_items,
                                 size_t *ret_n) {
    size_t n = 0;
    for (size_t i = 0; i < s->n_categories && n < TILES; i++) {
        shelf found;
        if (s->categories[i].parent_id.n) continue;
        TRY(shelf_pick(c, s->pin, &(shelf_query){ .category = s->categories[i].category_id, .n = TILES }, &found));
        size_t k = 0;
        while (k + 1 < found.n && (is_used(ret_items, n, found.items[k]) || !found.items[k]->image.n)) k++;
        if (!found.n || !found.items[k]->image.n) continue;
        ret_rows[n] = &s->categories[i];
        ret_items[n++] = found.items[k];
    }
    *ret_n = n;
    return ERR_OK;
}

static void write_hero(buf *out, const catalogue_item *const *items, size_t n) {
    buf_text(out, "<section class=hero><div><p class=eyebrow>Noutăți în fiecare săptămână</p><h1>Lucruri bune pentru fiecare zi.</h1>"
                  "<p class=lead>De la espressoare la corturi: alese cu grijă, livrate în 24–48&nbsp;de&nbsp;ore, cu retur "
                  "în 30&nbsp;de&nbsp;zile.</p>"
                  "<p><a class=button href='/shop/search?sale=1'>Vezi reducerile</a></p></div><div class=hero-pictures>");
    for (size_t i = 0; i < n && i < HERO_PICTURES; i++) hero_picture(out, items[i]);
    buf_text(out, "</div></section>");
}

static void write_tiles(buf *out, const category *const *rows, const catalogue_item *const *items, size_t n) {
    if (!n) return;
    buf_text(out, "<section class=shelf><div class=shelf-head><h2>Departamente</h2></div><ul class=tiles>");
    for (size_t i = 0; i < n; i++) {
        buf_text(out, "<li><a href=");
        category_href(out, rows[i]->category_id);
        buf_text(out, "><img loading=lazy width=400 height=400 alt='' src='");
        html_url(out, items[i]->image);
        buf_text(out, "'><span>");
        html_text(out, rows[i]->name);
        buf_text(out, "</span></a></li>");
    }
    buf_text(out, "</ul></section>");
}

static void write_promises(buf *out) {
    buf_text(out, "<ul class=promises><li><b>Livrare în 24–48 de ore</b>Gratuită de la 250 lei</li>"
                  "<li><b>Retur în 30 de zile</b>Fără întrebări</li><li><b>Plată la livrare</b>Sau cu cardul, cum vrei tu</li></ul>");
}

static err_code next_shelf(ctx *c, const front_shop *s, shown_list *shown, shelf_query q, const char *title, const char *more, buf *out) {
    shelf found;
    q.n = SHELF_ITEMS;
    q.without = shown->items;
    q.n_without = shown->n;
    TRY(shelf_pick(c, s->pin, &q, &found));
    shelf_section(s, out, &found, title, more);
    for (size_t i = 0; i < found.n && shown->n < SHOWN_MOST; i++) shown->items[shown->n++] = found.items[i];
    return ERR_OK;
}

err_code front_home(ctx *c, const front_shop *s, buf *out) {
    const category *rows[TILES];
    const catalogue_item *items[TILES];
    shown_list shown = { .n = 0 };
    size_t n = 0;
    TRY(department_items(c, s, rows, items, &n));
    frame_start(c, s, &(front_head){ .page = "home", .title = "Lucruri bune pentru fiecare zi", .indexed = true }, out);
    write_hero(out, items, n);
    write_promises(out);
    write_tiles(out, rows, items, n);
    frame_slot(out, "for_you");
    TRY(next_shelf(c, s, &shown, (shelf_query){ 0 }, "Cele mai căutate", NULL, out));
    frame_slot(out, "trending");
    TRY(next_shelf(c, s, &shown, (shelf_query){ .on_sale = true }, "Reduceri", "/shop/search?sale=1", out));
    TRY(next_shelf(c, s, &shown, (shelf_query){ .order = SHELF_NEWEST }, "Noutăți", NULL, out));
    frame_slot(out, "recent");
    return frame_end(c, out);
}

err_code front_missing(ctx *c, const front_shop *s, buf *out) {
    frame_start(c, s, &(front_head){ .page = "not_found", .title = "Pagina nu există" }, out);
    buf_text(out, "<section class=empty><p class=big aria-hidden=true>404</p><h1>Pagina nu există</h1><p>Poate produsul nu mai este în "
                  "magazin, sau adresa a fost scrisă greșit. Caută mai sus, sau pornește de la ce se cumpără cel mai des.</p>"
                  "<p><a class=button href=/shop/>Spre magazin</a></p></section>");
    TRY(shelf_html(c, s, out, &(shelf_query){ .n = SHELF_ITEMS }, "Cele mai căutate", NULL));
    frame_slot(out, "not_found");
    return frame_end(c, out);
}

err_code front_opening(ctx *c, const front_shop *s, buf *out) {
    frame_start(c, s, &(front_head){ .page = "opening", .title = "Se deschide" }, out);
    buf_text(out, "<section class=empty><h1>Magazinul se deschide</h1><p>Rafturile se umplu chiar acum; pagina se reîncarcă singură."
                  "</p></section>");
    return frame_end(c, out);
}
