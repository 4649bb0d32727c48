/* The sentences. Placeholders: {anchor} {percent} {price} {savings}. */
#include "decide/messages.h"
#include <string.h>
#include "schema/currency.h"

enum { LANGUAGE_EN, LANGUAGE_RO, LANGUAGES, LIMIT_NAME_BYTES = 120, LIMIT_MESSAGE_BYTES = 2048 };

static const char *const names[REASON_COUNT] = {
#define X(name, word) [REASON_##name] = word,
    REASON_LIST(X)
#undef X
};

static const char *const sentences[REASON_COUNT][LANGUAGES] = {
    [REASON_BOUGHT_TOGETHER] = { "Often bought together with {anchor}", "Cumpărat frecvent împreună cu {anchor}" },
    [REASON_GOES_WITH] = { "Goes well with {anchor}", "Se potrivește cu {anchor}" },
    [REASON_SAME_CUSTOMERS] = { "Customers who bought {anchor} also bought this", "Cine a cumpărat {anchor} a ales și acest produs" },
    [REASON_UPGRADE] = { "A step up from {anchor}, for {price}", "Un pas mai sus față de {anchor}, la {price}" },
    [REASON_UPGRADE_OFFER] = { "A step up from {anchor}: {percent}% off, now {price}",
                               "Un pas mai sus față de {anchor}: {percent}% reducere, acum {price}" },
    [REASON_SIMILAR] = { "Similar to {anchor}", "Asemănător cu {anchor}" },
    [REASON_FOR_YOU] = { "Picked for you: goes with {anchor}", "Ales pentru tine: se potrivește cu {anchor}" },
    [REASON_YOUR_TASTE] = { "Picked for you", "Ales pentru tine" },
    [REASON_TRENDING] = { "Selling faster these days", "Tot mai căutat în ultima vreme" },
    [REASON_POPULAR] = { "One of our best sellers", "Printre cele mai vândute produse" },
    [REASON_POPULAR_HERE] = { "One of the best sellers in its category", "Printre cele mai vândute din categoria sa" },
    [REASON_NEW] = { "New in the shop", "Nou în magazin" },
    [REASON_MORE] = { "You may also like this", "Ar putea să îți placă și acesta" },
    [REASON_BUNDLE] = { "Buy them together for {price} and save {savings}", "Cumpără-le împreună la {price} și economisești {savings}" },
};

const char *reason_name(reason r) { return names[r]; }

static void write_name(buf *b, str name) {
    str short_name = str_clip(name, LIMIT_NAME_BYTES);
    buf_str(b, short_name);
    if (short_name.n < name.n) buf_text(b, "…");
}

static void write_value(buf *b, str key, str locale, const message_facts *f) {
    if (str_eq(key, STR("anchor"))) write_name(b, f->anchor);
    else if (str_eq(key, STR("percent"))) buf_i64(b, f->percent);
    else if (str_eq(key, STR("price"))) price_text(b, f->price_minor, f->currency, locale, f->prices);
    else if (str_eq(key, STR("savings"))) price_text(b, f->savings_minor, f->currency, locale, f->prices);
}

err_code message_write(ctx *c, reason r, str locale, const message_facts *f, str *ret_text) {
    bool romanian = !strcmp(locale_language(locale), "ro");
    str rest = str_of(sentences[r][romanian ? LANGUAGE_RO : LANGUAGE_EN]);
    buf b;
    buf_init_in(&b, c->arena, LIMIT_MESSAGE_BYTES);
    while (rest.p) {
        buf_str(&b, str_cut(&rest, '{'));
        if (rest.p) write_value(&b, str_cut(&rest, '}'), locale, f);
    }
    if (buf_err(&b)) return fail(c, ERR_NO_MEMORY, "no memory for a message");
    *ret_text = buf_view(&b);
    return ERR_OK;
}
