/* Products and orders as CSV. */
#include "app/simulate_files.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include "base/parse.h"

enum { FIRST_ID = 1000, FIRST_HOUR = 8, WAVE_HOURS = 2, STEP_MINUTES = 2 };

static const char *const kinds[] = {
    "Lamp", "Bulb", "Table", "Chair", "Rug", "Vase", "Clock", "Shelf", "Curtain", "Cushion", "Mirror", "Basket", "Candle", "Frame",
    "Kettle", "Teapot", "Mug", "Tray", "Blanket", "Planter",
};
static const char *const brand_starts[] = { "Al", "Bri", "Cor", "Dan", "El", "Fa", "Gro", "Hel" };
static const char *const brand_ends[] = { "dor", "mara", "vik", "tun", "lia" };
static const char *const series[SIM_SERIES] = { "Nord", "Riva", "Terra" };
static const char *const looks[SIM_STYLES][2] = {
    { "dark", "light" }, { "round", "square" }, { "matte", "glossy" }, { "plain", "patterned" },
};

int64_t simulated_ms(uint32_t day, uint32_t wave, size_t step) {
    return SIMULATED_DAY_0_MS + day * (int64_t)MS_PER_DAY + (FIRST_HOUR + WAVE_HOURS * (int64_t)wave) * MS_PER_HOUR
           + (int64_t)step * STEP_MINUTES * MS_PER_MINUTE;
}

void simulated_product_id(uint32_t product, char out[16]) { snprintf(out, 16, "%" PRIu32, FIRST_ID + product); }

bool simulated_product_of(const sim_world *w, str id, uint32_t *ret_product) {
    int64_t n;
    if (!parse_int_in(id, FIRST_ID, FIRST_ID + (int64_t)w->p.products - 1, &n)) return false;
    *ret_product = (uint32_t)(n - FIRST_ID);
    return true;
}

const char *simulated_category_name(uint32_t category, char out[32]) {
    size_t n = COUNT(kinds), round = category / n;
    if (round) snprintf(out, 32, "%s %zu", kinds[category % n], round + 1);
    else snprintf(out, 32, "%s", kinds[category % n]);
    return out;
}

static void write_looks(const sim_product *x, const char *between, buf *b) {
    bool any = false;
    for (size_t k = 0; k < SIM_STYLES; k++) {
        if (fabs((double)x->style[k]) < 0.5) continue;      /* neither */
        if (any) buf_text(b, between);
        buf_text(b, looks[k][x->style[k] > 0]);
        any = true;
    }
}

static void write_brand(const sim_product *x, buf *b) {
    size_t n = COUNT(brand_ends);
    buf_printf(b, "%s%s", brand_starts[x->brand / n % COUNT(brand_starts)], brand_ends[x->brand % n]);
}

static void write_product(const sim_world *w, uint32_t i, buf *b) {
    const sim_product *x = &w->products[i];
    char id[16], kind[32];
    simulated_product_id(i, id);
    (void)simulated_category_name(x->category, kind);
    buf_printf(b, "%s,", id);
    write_brand(x, b);
    buf_printf(b, " %s %s %" PRIu32 ",%.2f,%s,\"", series[x->series], kind, i, x->price, kind);
    write_looks(x, ",", b);
    buf_text(b, "\",");
    write_brand(x, b);
    buf_printf(b, ",\"%s of the %s series, ", kind, series[x->series]);
    write_looks(x, " and ", b);
    buf_text(b, "\",2025-06-01 00:00:00\n");
}

void simulated_products_csv(const sim_world *w, buf *b) {
    buf_text(b, "product_id,name,price,categories,tags,brand,short_description,created\n");
    for (uint32_t i = 0; i < w->p.products; i++) write_product(w, i, b);
}

void simulated_orders_header(buf *b) { buf_text(b, "order_id,date,status,customer_id,product_id,quantity,price\n"); }

void simulated_order_csv(const sim_world *w, const simulated_order *o, bool returned, buf *b) {
    char when[21], id[16];
    int64_t ms = simulated_ms(o->day, o->wave, SIM_PAGES_MOST);
    time_format(ms, when);
    for (size_t i = 0; i < o->n; i++) {
        simulated_product_id(o->items[i], id);
        buf_printf(b, "s%" PRIu64 ",%s,%s,c%" PRIu64 ",%s,1,%.2f\n", o->visit, when, returned ? "refunded" : "completed",
                   o->visitor, id, w->products[o->items[i]].price);
    }
}

simulated_order simulated_own_order(const sim_visit *v) {
    simulated_order o = { .visit = v->number, .visitor = v->visitor.number, .day = v->day, .wave = v->wave };
    if (!v->orders) return o;
    for (size_t i = 0; i < v->n_cart; i++) simulated_order_add(&o, v->cart[i]);
    if (v->beside != UINT32_MAX) simulated_order_add(&o, v->beside);
    return o;
}

void simulated_order_add(simulated_order *o, uint32_t product) {
    if (o->n < SIMULATED_ITEMS_MOST) o->items[o->n++] = product;
}
