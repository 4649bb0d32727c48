/* Customers of the demonstration shop: invented Romanian names, cities, and the hidden tastes their orders follow. */
#include "connect/demo_int.h"
#include "base/limits.h"
#include "net/crypto.h"
#include <math.h>

static const char *const women[] = { "Maria", "Ioana", "Andreea", "Elena", "Ana", "Cristina", "Mihaela", "Alexandra",
        "Gabriela", "Raluca",
                                     "Daniela", "Simona", "Diana", "Roxana", "Irina", "Laura", "Oana", "Bianca", "Carmen", "Teodora" };
static const char *const men[] = { "Andrei", "Alexandru", "Mihai", "Ștefan", "Ionuț", "Cristian", "Gabriel", "Vlad", "Radu", "Florin",
                                   "Bogdan", "Adrian", "George", "Victor", "Dan", "Sorin", "Paul", "Tudor", "Matei", "Cătălin" };
static const char *const families[] = { "Popescu", "Ionescu", "Popa", "Radu", "Dumitru", "Stan", "Stoica", "Gheorghe", "Matei", "Ciobanu",
                                        "Rusu", "Munteanu", "Constantin", "Marin", "Șerban", "Moldovan", "Lazăr", "Dinu", "Florea", "Ene",
                                        "Barbu", "Nistor", "Toma", "Crăciun", "Manole", "Bălan", "Olaru", "Preda",
                                                "Ungureanu", "Văduva" };
static const struct { const char *name, *region; int share; } cities[] = {
    { "București", "B", 30 }, { "Cluj-Napoca", "CJ", 11 }, { "Timișoara", "TM", 9 }, { "Iași", "IS", 9 }, { "Constanța", "CT", 7 },
    { "Brașov", "BV", 7 }, { "Craiova", "DJ", 6 }, { "Oradea", "BH", 5 }, { "Sibiu", "SB", 5 }, { "Ploiești", "PH", 4 },
    { "Bacău", "BC", 3 }, { "Târgu Mureș", "MS", 2 }, { "Suceava", "SV", 2 },
};

static size_t draw_city(rng *r) {
    int left = (int)rng_below(r, 100);
    size_t i = 0;
    while (i + 1 < COUNT(cities) && (left -= cities[i].share) >= 0) i++;
    return i;
}

/* Two or three departments they love, a little of everything else. */
static void draw_tastes(rng *r, demo_person *p) {
    double sum = 0;
    for (int d = 0; d < DEMO_DEPARTMENTS; d++) p->taste[d] = 0.02;
    int loves = 2 + (int)rng_below(r, 2);
    for (int i = 0; i < loves; i++) p->taste[rng_below(r, DEMO_DEPARTMENTS)] += 0.3 + 0.5 * rng_unit(r);
    for (int d = 0; d < DEMO_DEPARTMENTS; d++) sum += p->taste[d];
    for (int d = 0; d < DEMO_DEPARTMENTS; d++) {
        p->taste[d] /= sum;
        p->brand[d] = (int)rng_below(r, 5);
    }
    p->thrift = rng_unit(r);
    p->loyalty = rng_unit(r) * rng_unit(r);
}

err_code demo_person_make(ctx *c, const demo_shop *s, int number, demo_person *ret_person) {
    rng r = demo_stream(s->seed, "person", number);
    demo_person p = { .guest = number >= DEMO_CUSTOMERS };
    p.first = str_of(rng_unit(&r) < 0.58 ? women[rng_below(&r, COUNT(women))] : men[rng_below(&r, COUNT(men))]);
    p.last = str_of(families[rng_below(&r, COUNT(families))]);
    size_t city = draw_city(&r);
    p.city = str_of(cities[city].name);
    p.region = str_of(cities[city].region);
    draw_tastes(&r, &p);
    p.weight = pow(1 + (double)rng_below(&r, 400), -0.5) * (p.guest ? 0.8 : 1);
    str first = demo_slug(c->arena, p.first), last = demo_slug(c->arena, p.last);
    p.email = demo_text(c->arena, "%.*s.%.*s%d@example.com", STR_ARG(first), STR_ARG(last), number + 1);
    p.email_hash = crypto_email_hash(c->arena, p.email);
    if (!p.email_hash.p || !p.email.p) return fail(c, ERR_NO_MEMORY, "no memory for a customer of the demonstration shop");
    p.id = p.guest ? demo_text(c->arena, "guest:%.*s", STR_ARG(p.email_hash)) : demo_text(c->arena, "%d", number + 1);
    *ret_person = p;
    return ERR_OK;
}

static str address(ctx *c, const demo_person *p) {
    buf b;
    buf_init_in(&b, c->arena, 4 * KIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_member_str(&w, "first_name", p->first);
    jw_member_str(&w, "last_name", p->last);
    jw_member_str(&w, "city", p->city);
    jw_member_str(&w, "state", p->region);
    jw_member_text(&w, "country", "RO");
    jw_member_str(&w, "email", p->email);
    jw_end_object(&w);
    return buf_view(&b);
}

err_code demo_put_customers(ctx *c, const demo_shop *s, const connect_sink *sink) {
    for (int i = 0; i < DEMO_CUSTOMERS + DEMO_GUESTS; i++) {
        arena_mark mark = arena_save(c->arena);
        const demo_person *p = &s->persons[i];
        rng r = demo_stream(s->seed, "joined", i);
        customer row = { .store_id = s->store_id, .customer_id = p->id, .guest = p->guest, .email_hash = p->email_hash,
                .email = p->email,
                         .first_name = p->first, .last_name = p->last, .role = p->guest ? STR("") : STR("customer"), .city = p->city,
                         .region = p->region, .country = STR("RO"), .billing = address(c, p), .shipping = address(c, p),
                                 .paying = true };
        if (!p->guest) row.username = demo_text(c->arena, "client%d", i + 1);
        row.created_ms = (17600 + (int64_t)rng_below(&r, 1400)) * MS_PER_DAY + (int64_t)rng_below(&r, MS_PER_DAY);
        row.modified_ms = row.created_ms;
        TRY(sink->put(c, sink->self, &(record){ .e = &customer_entity, .row = &row }, NULL));
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}
