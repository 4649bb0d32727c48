/* Tests of the import: mapping, bad lines, idempotence, orders whose lines are scattered, the preset. */
#include "tests/test.h"
#include "base/file.h"
#include "connect/import.h"
#include "tests/connect/keep_sink.h"
#include <string.h>

typedef struct {
    keep_sink k;
    connect_sink door;
    import_report report;
} run;

static const char *write_file(ctx *c, const char *name, str bytes) {
    buf path;
    buf_init_in(&path, c->arena, 4096);
    buf_printf(&path, "%s/%s", test_folder(), name);
    assert_ok(c, file_write_atomic(c, path.p, bytes, 0600));
    return path.p;
}

static err_code import_text(ctx *c, ctx *home, import_kind kind, const char *name, const char *bytes, import_options o, run *r) {
    r->door = keep_sink_init(&r->k, home->arena);
    o.kind = kind;
    o.path = write_file(c, name, str_of(bytes));
    o.store_id = 7;
    o.currency = STR("RON");
    o.currency_digits = 2;
    return import_file(c, &o, &r->door, &r->report);
}

TEST(import, takes_products_under_their_usual_names) {
    static const char *const files[] = {
        "ID,SKU,Name,Regular price,Sale price,Categories,Tags,Images,Stock,In stock?,Published\n"
        "15,A-1,Cană,49.90,39.90,\"Casă > Bucătărie, Cadouri\",\"nou, roșu\",\"a.jpg, b.jpg\",5,1,1\n",
        "id;cod produs;denumire;pret intreg;pret redus;categorii;etichete;imagini;stoc;in stoc;publicat\n"
        "15;A-1;Cană;49,90;39,90;Casă > Bucătărie, Cadouri;nou, roșu;a.jpg, b.jpg;5;yes;yes\n",
    };
    for (size_t i = 0; i < COUNT(files); i++) {
        TEST_CTX(c);
        TEST_CTX(home);
        run r;
        assert_ok(c, import_text(c, home, IMPORT_PRODUCTS, "p.csv", files[i], (import_options){ 0 }, &r));
        size_t n = 0;
        const product *p = keep_rows(&r.k, &product_entity, &n);
        assert_int_equal(1, n);
        assert_str("15", p->product_id);
        assert_str("A-1", p->sku);
        assert_str("Cană", p->name);
        assert_int_equal(4990, p->regular_price.v);
        assert_int_equal(3990, p->price.v);
        assert_true(p->on_sale);
        assert_int_equal(5, p->stock_quantity.v);
        assert_str("publish", p->status);
        assert_non_null(keep_rows(&r.k, &category_entity, &n));
        assert_int_equal(3, n);
        assert_non_null(keep_rows(&r.k, &product_tag_entity, &n));
        assert_int_equal(2, n);
        assert_non_null(keep_rows(&r.k, &product_image_entity, &n));
        assert_int_equal(2, n);
    }
}

TEST(import, takes_json_lines_and_customers) {
    TEST_CTX(c);
    TEST_CTX(home);
    run r;
    assert_ok(c, import_text(c, home, IMPORT_CUSTOMERS, "c.jsonl",
                             "{\"id\":7,\"email\":\"Ana@Example.com\",\"first_name\":\"Ana\"}\n\n"
                             "{\"email\":\"b@example.com\"}\n[1]\n{\"email\":\"nobody\"}\n{\"city\":\"Cluj\"}\n"
                             "", (import_options){ 0 }, &r));
    size_t n = 0;
    const customer *k = keep_rows(&r.k, &customer_entity, &n);
    assert_int_equal(2, n);
    assert_str("7", k[0].customer_id);
    assert_str("ana@example.com", k[0].email);
    assert_int_equal(64, k[0].email_hash.n);
    assert_true(str_starts(k[1].customer_id, STR("guest:")) && k[1].guest);
    assert_int_equal(5, r.report.lines);
    assert_int_equal(3, r.report.bad);
    assert_int_equal(4, r.report.errors[0].line);
    assert_int_equal(6, r.report.errors[2].line);
}

TEST(import, counts_bad_lines_with_their_number_and_reason) {
    static const struct { const char *line, *reason; } cases[] = {
        { "1,2025-13-01,a,1,5", "date: '2025-13-01' is not a date" }, { ",2025-11-01,a,1,5", "order_id is empty" },
        { "1,2025-11-01,,1,5", "product_id is empty" }, { "1,2025-11-01,a,x,5", "quantity: 'x' is not a number" },
        { "1,2025-11-01,a,1,five", "price: 'five' is not an amount" }, { "1,2025-11-01,a,1,5,6,7", "more fields than the header" },
        { "1,,a,1,5", "date is empty" }, { "\"1\"x,2025-11-01,a,1,5", "text stands behind a closing quote" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        TEST_CTX(home);
        buf text;
        buf_init_in(&text, c->arena, 4096);
        buf_printf(&text, "order_id,date,product_id,quantity,price\n9,2025-11-01,a,1,5\n%s\n9,2025-11-01,b,1,5\n", cases[i].line);
        run r;
        assert_ok(c, import_text(c, home, IMPORT_ORDERS, "o.csv", text.p, (import_options){ 0 }, &r));
        assert_int_equal(1, r.report.bad);
        assert_int_equal(2, r.report.taken);
        assert_int_equal(3, r.report.errors[0].line);
        if (!strstr(r.report.errors[0].reason, cases[i].reason)) test_fail("'%s' gave '%s'", cases[i].line, r.report.errors[0].reason);
        assert_err(ERR_INVALID, import_text(c, home, IMPORT_ORDERS, "o.csv", text.p, (import_options){ .strict = true }, &r));
    }
}

TEST(import, says_what_is_wrong_with_the_whole_file) {
    TEST_CTX(c);
    TEST_CTX(home);
    run r;
    const str map_ok = STR("order_id=Bon"), map_bad = STR("colour=Bon");
    assert_err(ERR_INVALID, import_text(c, home, IMPORT_ORDERS, "o.csv", "a,b\n1,2\n", (import_options){ 0 }, &r));
    assert_string_equal("order_id", c->error.field);
    assert_err(ERR_INVALID, import_text(c, home, IMPORT_ORDERS, "o.csv", "", (import_options){ 0 }, &r));
    assert_err(ERR_INVALID, import_text(c, home, IMPORT_ORDERS, "o.csv", "order,date,product id\n1,no,2\n", (import_options){ 0 }, &r));
    assert_non_null(strstr(c->error.text, "every line is bad; line 2"));
    assert_err(ERR_INVALID, import_text(c, home, IMPORT_ORDERS, "o.csv", "order,date\n", (import_options){ .preset = STR("none") }, &r));
    assert_string_equal("preset", c->error.field);
    assert_err(ERR_INVALID, import_text(c, home, IMPORT_ORDERS, "o.csv", "x\n", (import_options){ .maps = &map_bad, .n_maps = 1 }, &r));
    assert_string_equal("map", c->error.field);
    assert_ok(c, import_text(c, home, IMPORT_ORDERS, "o.csv", "order,Bon,date,product id\nno,1,2025-11-01,2\n",
                             (import_options){ .maps = &map_ok, .n_maps = 1 }, &r));
    size_t n = 0;
    assert_str("1", ((const order *)keep_rows(&r.k, &order_entity, &n))->order_id);
}

/* Orders in a row, and the same lines dealt round robin so that each order spans the whole file and several windows. */
static str order_file(ctx *c, int n_orders, int n_lines, bool scattered) {
    buf b;
    buf_init_in(&b, c->arena, 64 * MIB);
    buf_text(&b, "order,date,product id,qty,price,customer id,product name\n");
    for (int i = 0; i < n_orders * n_lines; i++) {
        int o = scattered ? i % n_orders : i / n_lines, l = scattered ? i / n_orders : i % n_lines;
        buf_printf(&b, "%d,2025-11-%02d 10:00:00,p%d,%d,2.50,c%d,Product %d\n", o, 1 + o % 28, (o * 7 + l) % 50,
                   1 + l % 3, o % 10, (o * 7 + l) % 50);
    }
    return buf_view(&b);
}

TEST(import, gathers_the_lines_of_an_order_wherever_they_stand) {
    enum { ORDERS = 1000, LINES = 250 };                    /* 250,000 lines: more than two windows */
    TEST_CTX(c);
    TEST_CTX(home);
    run in_a_row, scattered;
    assert_ok(c, import_text(c, home, IMPORT_ORDERS, "o.csv", order_file(c, ORDERS, LINES, false).p, (import_options){ 0 }, &in_a_row));
    assert_ok(c, import_text(c, home, IMPORT_ORDERS, "o.csv", order_file(c, ORDERS, LINES, true).p, (import_options){ 0 }, &scattered));
    const entity *const kinds[] = { &order_entity, &order_line_entity, &product_entity, &customer_entity };
    for (size_t k = 0; k < COUNT(kinds); k++) {
        size_t n = 0, other = 0;
        const char *rows = keep_rows(&in_a_row.k, kinds[k], &n);
        keep_rows(&scattered.k, kinds[k], &other);
        assert_int_equal(n, other);
        char *row = arena_alloc(c->arena, kinds[k]->row_size);
        for (size_t i = 0; i < n; i++) {
            arena_mark mark = arena_save(c->arena);
            memcpy(row, rows + i * kinds[k]->row_size, kinds[k]->row_size);
            assert_ok(c, scattered.door.get(c, &scattered.k, kinds[k], row));
            assert_true(entity_hash(kinds[k], row, 1) == entity_hash(kinds[k], rows + i * kinds[k]->row_size, 1));
            arena_restore(c->arena, mark);
        }
    }
    assert_int_equal(ORDERS, scattered.report.orders);
    assert_int_equal(ORDERS * LINES, scattered.report.order_lines);
    assert_int_equal(50, scattered.report.products);
    assert_int_equal(10, scattered.report.customers);
}

TEST(import, leaves_products_the_shop_knows_alone) {
    TEST_CTX(c);
    TEST_CTX(home);
    run r;
    assert_ok(c, import_text(c, home, IMPORT_PRODUCTS, "p.csv", "id,name,price\np1,Known,10\n", (import_options){ 0 }, &r));
    import_options o = { .kind = IMPORT_ORDERS, .store_id = 7, .currency = STR("RON"), .currency_digits = 2 };
    o.path = write_file(c, "o.csv", STR("order,date,product id,price,name\n1,2025-11-01,p1,5,Other\n1,2025-11-01,p2,6,New\n"));
    assert_ok(c, import_file(c, &o, &r.door, &r.report));
    size_t n = 0;
    const product *p = keep_rows(&r.k, &product_entity, &n);
    assert_int_equal(2, n);
    assert_str("Known", p[0].name);
    assert_int_equal(1000, p[0].price.v);
    assert_str("New", p[1].name);
    assert_int_equal(600, p[1].price.v);
}

TEST(import, knows_online_retail) {
    TEST_CTX(c);
    TEST_CTX(home);
    run r;
    assert_ok(c, import_text(c, home, IMPORT_ORDERS, "o.csv",
        "\"InvoiceNo\",\"StockCode\",\"Description\",\"Quantity\",\"InvoiceDate\",\"UnitPrice\",\"CustomerID\",\"Country\"\n"
        "\"536365\",\"85123A\",\"WHITE HOLDER\",6,\"2010-12-01 08:26:00\",2.55,17850,\"United Kingdom\"\n"
        "\"536365\",\"POST\",\"POSTAGE\",1,\"2010-12-01 08:26:00\",18,17850,\"United Kingdom\"\n"
        "\"536366\",\"85123A\",\"white holder, new\",1,\"2010-12-02 08:26:00\",2.95,,\"France\"\n"
        "\"536367\",\"85123A\",\"damaged\",-20,\"2010-12-03 08:26:00\",0,,\"France\"\n"
        "\"C536368\",\"85123A\",\"WHITE HOLDER\",-1,\"2010-12-04 08:26:00\",2.55,17850,\"United Kingdom\"\n",
        (import_options){ .preset = STR("online-retail") }, &r));
    size_t n = 0;
    const product *p = keep_rows(&r.k, &product_entity, &n);
    assert_int_equal(1, n);
    assert_str("white holder, new", p->name);
    assert_int_equal(295, p->price.v);
    order o = { .store_id = 7, .order_id = STR("536365") }, cancelled = { .store_id = 7, .order_id = STR("C536368") };
    assert_ok(c, r.door.get(c, &r.k, &order_entity, &o));
    assert_int_equal(6 * 255 + 1800, o.total);
    assert_str("GBP", o.currency);
    assert_str("17850", o.customer_id);
    assert_ok(c, r.door.get(c, &r.k, &order_entity, &cancelled));
    assert_str("cancelled", cancelled.status);
    assert_int_equal(255, cancelled.total);
    assert_int_equal(1, r.report.skipped);
    assert_int_equal(4, r.report.taken);
    order_line postage = { .store_id = 7, .order_id = STR("536365"), .line_id = STR("2") };
    assert_ok(c, r.door.get(c, &r.k, &order_line_entity, &postage));
    assert_str("fee", postage.kind);
    assert_int_equal(0, postage.product_id.n);
}
