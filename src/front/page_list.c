/* Lists: a category, what was searched for, what is reduced; with order and pages, by links and a form, without script. */
#include "front/front_int.h"

typedef struct {
    shelf_query q;
    size_t page;                    /* from 1 */
    str category;                   /* id, or empty: a search */
    const char *slot;
} list_view;

static const struct { shelf_order order; const char *word, *text; } orders[] = {
    { SHELF_BEST_FIRST, "best", "Cele mai vândute" }, { SHELF_NEWEST, "new", "Cele mai noi" },
    { SHELF_CHEAPEST, "cheap", "Preț crescător" }, { SHELF_DEAREST, "dear", "Preț descrescător" },
};

static const char *order_word(shelf_order sort) {
    for (size_t i = 0; i < COUNT(orders); i++)
        if (orders[i].order == sort) return orders[i].word;
    return orders[0].word;
}

static void page_href(buf *out, const list_view *v, size_t page) {
    if (v->category.n) {
        buf_text(out, "'/shop/c/");
        url_encode(out, v->category);
        buf_printf(out, "?sort=%s&amp;page=%zu'", order_word(v->q.order), page);
        return;
    }
    buf_text(out, "'/shop/search?q=");
    url_encode(out, v->q.words);
    buf_printf(out, "%s&amp;page=%zu'", v->q.on_sale ? "&amp;sale=1" : "", page);
}

static void page_link(buf *out, const list_view *v, size_t page, const char *rel, const char *text) {
    buf_printf(out, "<a class=button-soft rel=%s href=", rel);
    page_href(out, v, page);
    buf_printf(out, ">%s</a>", text);
}

static void write_pages(buf *out, const list_view *v, size_t total) {
    size_t last = (total + FRONT_PAGE_PRODUCTS - 1) / FRONT_PAGE_PRODUCTS;
    if (last < 2) return;
    buf_text(out, "<nav class=pages aria-label=Pagini>");
    if (v->page > 1) page_link(out, v, v->page - 1, "prev", "Înapoi");
    buf_printf(out, "<span>Pagina %zu din %zu</span>", v->page, last);
    if (v->page < last) page_link(out, v, v->page + 1, "next", "Mai departe");
    buf_text(out, "</nav>");
}

static void write_order(buf *out, const list_view *v) {
    buf_text(out, "<form class=sort><label for=sort>Ordonează</label><select id=sort name=sort>");
    for (size_t i = 0; i < COUNT(orders); i++)
        buf_printf(out, "<option value=%s%s>%s</option>", orders[i].word, orders[i].order == v->q.order ? " selected" : "", orders[i].text);
    buf_text(out, "</select><button class=button-soft>Aplică</button></form>");
}

static void write_crumbs(const front_shop *s, const category *at, buf *out) {
    const category *parent = at->parent_id.n ? category_find(s, at->parent_id) : NULL;
    buf_text(out, "<nav class=crumbs aria-label='Unde ești'><ol><li><a href=/shop/>Magazin</a></li>");
    if (parent) {
        buf_text(out, "<li><a href=");
        category_href(out, parent->category_id);
        buf_char(out, '>');
        html_text(out, parent->name);
        buf_text(out, "</a></li>");
    }
    buf_text(out, "<li aria-current=page>");
    html_text(out, at->name);
    buf_text(out, "</li></ol></nav>");
}

/* Its own groups; of a group, its neighbours. */
static void write_groups(const front_shop *s, const category *at, buf *out) {
    str below = at->parent_id.n ? at->parent_id : at->category_id;
    buf_text(out, "<ul class=chips>");
    for (size_t i = 0; i < s->n_categories; i++) {
        if (!str_eq(s->categories[i].parent_id, below)) continue;
        buf_text(out, "<li><a href=");
        category_href(out, s->categories[i].category_id);
        buf_text(out, &s->categories[i] == at ? " aria-current=page>" : ">");
        html_text(out, s->categories[i].name);
        buf_text(out, "</a></li>");
    }
    buf_text(out, "</ul>");
}

static void write_count(buf *out, size_t total) {
    buf_text(out, "<p class=soft>");
    html_count(out, (int64_t)total);
    buf_text(out, total == 1 ? " produs</p>" : total % 100 >= 20 || (total && total % 100 == 0) ? " de produse</p>" : " produse</p>");
}

static str facts_of(ctx *c, const list_view *v, size_t total) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 4 * KIB);
    jw_init(&w, &b);
    if (v->category.n) {
        jw_member_str(&w, "category", v->category);
    } else {
        jw_member_str(&w, "search", v->q.words);
        jw_member_i64(&w, "results", (int64_t)total);
    }
    return buf_view(&b);
}

err_code front_category(ctx *c, const front_shop *s, str category_id, shelf_order sort, size_t page, buf *out) {
    const category *at = category_find(s, category_id);
    if (!at) return fail(c, ERR_NOT_FOUND, "no such category");
    list_view v = { .page = page, .category = category_id,
                    .q = { .category = category_id, .order = sort, .n = FRONT_PAGE_PRODUCTS, .from = (page - 1) * FRONT_PAGE_PRODUCTS } };
    shelf found;
    TRY(shelf_pick(c, s->pin, &v.q, &found));
    frame_start(c, s, &(front_head){ .page = "category", .name = at->name, .facts = facts_of(c, &v, found.total), .indexed = true }, out);
    write_crumbs(s, at, out);
    buf_text(out, "<div class=list-head><div><h1>");
    html_text(out, at->name);
    buf_text(out, "</h1>");
    write_count(out, found.total);
    buf_text(out, "</div>");
    write_order(out, &v);
    buf_text(out, "</div>");
    write_groups(s, at, out);
    cards_html(s, out, found.items, found.n, false);
    write_pages(out, &v, found.total);
    frame_slot(out, "category");
    return frame_end(c, out);
}

/* ---- search ---- */
static void write_search_head(buf *out, const list_view *v, size_t total) {
    buf_text(out, "<div class=list-head><div><h1>");
    if (v->q.on_sale && !v->q.words.n) buf_text(out, "Reduceri");
    else if (!v->q.words.n) buf_text(out, "Toate produsele");
    else buf_text(out, "„"), html_text(out, v->q.words), buf_text(out, "”");
    buf_text(out, "</h1>");
    write_count(out, total);
    buf_text(out, "</div></div>");
}

static err_code write_nothing_found(ctx *c, const front_shop *s, const list_view *v, buf *out) {
    buf_text(out, "<section class=empty><h1>Nimic pentru „");
    html_text(out, v->q.words);
    buf_text(out, "”</h1><p>Încearcă un cuvânt mai scurt sau numele unui fel de produs: „cafea”, „cort”, „caiet”.</p></section>");
    TRY(shelf_html(c, s, out, &(shelf_query){ .n = 4 }, "Cele mai căutate", NULL));
    frame_slot(out, "search_empty");
    return ERR_OK;
}

static err_code search_list(ctx *c, const front_shop *s, str words, bool on_sale, size_t page, buf *out) {
    list_view v = { .page = page, .q = { .words = words, .on_sale = on_sale, .n = FRONT_PAGE_PRODUCTS,
                                         .from = (page - 1) * FRONT_PAGE_PRODUCTS } };
    shelf found;
    TRY(shelf_pick(c, s->pin, &v.q, &found));
    const front_head h = { .page = found.total ? "search" : "search_empty", .title = "Căutare", .name = words, .search = words,
                           .facts = facts_of(c, &v, found.total) };
    frame_start(c, s, &h, out);
    if (!found.total) {
        TRY(write_nothing_found(c, s, &v, out));
        return frame_end(c, out);
    }
    write_search_head(out, &v, found.total);
    cards_html(s, out, found.items, found.n, false);
    write_pages(out, &v, found.total);
    frame_slot(out, "search");
    return frame_end(c, out);
}

err_code front_search(ctx *c, const front_shop *s, str words, size_t page, buf *out) { return search_list(c, s, words, false, page, out); }
err_code front_sale(ctx *c, const front_shop *s, size_t page, buf *out) { return search_list(c, s, (str){ 0 }, true, page, out); }
