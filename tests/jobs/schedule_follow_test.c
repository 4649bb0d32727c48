/* What another process changed is looked for by the clock's thread and loaded. */
#include "tests/test.h"
#include "decide/serving.h"
#include "jobs/scheduler.h"
#include "tests/storage/backends.h"

static void put_store(ctx *c, db *d, const char *currency, const char *locale, const char *style) {
    const store s = { .store_id = 1, .name = STR("one"), .currency = str_of(currency), .locale = str_of(locale),
                      .price_style = str_of(style) };
    assert_ok(c, storage_put(c, d, &store_entity, &s));
}

static serving_facts facts_of(serving_registry *r) {
    serving_facts f;
    AUTO_SERVING s = serving_pin(r, 1);
    serving_get_facts(s, &f);
    return f;
}

TEST(schedule, settings_that_another_process_changed_are_loaded_even_at_the_first_look) {
    static const struct { const char *currency, *locale, *style; bool reloads; } cases[] = {
        { "RON", "ro", "{\"before\":\"lei\",\"after\":\"\",\"thousand\":\",\",\"decimal\":\".\",\"digits\":0}", true },
        { "RON", "ro", "{\"before\":\"lei\",\"after\":\"\",\"thousand\":\",\",\"decimal\":\".\",\"digits\":0}", false },
        { "RON", "ro", "", true }, { "EUR", "ro", "", true }, { "EUR", "en", "", true }, { "EUR", "en", "", false },
    };
    TEST_CTX(c);
    db_options o;
    serving_registry *r = NULL;
    schedule s;
    size_t submitted = 0;
    time_source clock = time_source_manual(INT64_C(1784116800000));
    db *d = test_database(c, &backends[0], &o);
    c->time = &clock;
    assert_ok(c, serving_registry_new(c, &(serving_options){ .data_dir = str_of(test_folder()) }, &r));
    put_store(c, d, "RON", "ro", "");
    assert_ok(c, serving_load(c, r, d, 1));
    const job_services services = { .database = o, .data_dir = test_folder(), .serving = r };
    schedule_init(&s, &services, NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        clock.manual_ms += MS_PER_MINUTE;
        put_store(c, d, cases[i].currency, cases[i].locale, cases[i].style);
        int64_t before_ms = facts_of(r).loaded_ms;
        assert_ok(c, schedule_step(c, d, &s, &submitted));
        if ((facts_of(r).loaded_ms > before_ms) != cases[i].reloads) test_fail("case %zu", i);
    }
    serving_registry_free(r);
    storage_close(d);
}
