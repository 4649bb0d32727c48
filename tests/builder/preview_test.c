/* Preview tokens: of one store, until an end, not to be made by others. */
#include "builder/preview.h"
#include <string.h>
#include "tests/test.h"

enum { SHOP = 12 };
#define NOW 1795137073000

TEST(preview, opens_its_own_store_until_its_end) {
    TEST_CTX(c);
    time_source clock = time_source_manual(NOW);
    c->time = &clock;
    const seal_key k = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };
    str made, over;
    assert_ok(c, widget_preview_make(c, &k, SHOP, NOW + 60000, &made));
    assert_ok(c, widget_preview_make(c, &k, SHOP, NOW, &over));
    assert_ok(c, widget_preview_check(c, &k, SHOP, made));
    assert_err(ERR_FORBIDDEN, widget_preview_check(c, &k, SHOP, over));
    assert_non_null(strstr(c->error.text, "is over"));
    assert_err(ERR_FORBIDDEN, widget_preview_check(c, &k, SHOP + 1, made));
    assert_err(ERR_FORBIDDEN, widget_preview_check(c, &other, SHOP, made));
    assert_string_equal("preview_token", c->error.field);
}

TEST(preview, is_refused_when_any_byte_is_another) {
    TEST_CTX(c);
    time_source clock = time_source_manual(NOW);
    c->time = &clock;
    const seal_key k = { { 9 } };
    str made;
    assert_ok(c, widget_preview_make(c, &k, SHOP, NOW + 60000, &made));
    for (size_t i = 0; i < made.n; i++) {
        char *changed = arena_array(c->arena, made.n + 1, 1);
        memcpy(changed, made.p, made.n);
        changed[i] = changed[i] == '1' ? '2' : '1';
        assert_err(ERR_FORBIDDEN, widget_preview_check(c, &k, SHOP, (str){ changed, made.n }));
        assert_err(ERR_FORBIDDEN, widget_preview_check(c, &k, SHOP, str_sub(made, 0, i)));
    }
    static const char *const odd[] = { "vpt", "vpt__", "vpt_12_9223372036854775807_", "vpt_12_-1_00", "vpt_12_1e9_00", "x" };
    for (size_t i = 0; i < COUNT(odd); i++) assert_err(ERR_FORBIDDEN, widget_preview_check(c, &k, SHOP, str_of(odd[i])));
}
