/* The currency table and the two ways of writing money we know. Source: ISO 4217 list one, amendments to 2025; steps: habits of shops. */
#include "schema/currency.h"
#include <string.h>
#include "base/ctx.h"

const currency all_currencies[] = {             /* sorted by code: currency_find() halves it */
    { "AED", 2, 1, "د.إ" }, { "AFN", 2, 1, "؋" }, { "ALL", 2, 1, "L" }, { "AMD", 2, 1, "֏" },
    { "AOA", 2, 1, "Kz" }, { "ARS", 2, 1, "$" }, { "AUD", 2, 1, "A$" }, { "AWG", 2, 1, "ƒ" },
    { "AZN", 2, 1, "₼" }, { "BAM", 2, 1, "KM" }, { "BBD", 2, 1, "Bds$" }, { "BDT", 2, 1, "৳" },
    { "BGN", 2, 1, "лв." }, { "BHD", 3, 1, ".د.ب" }, { "BIF", 0, 1, "FBu" }, { "BMD", 2, 1, "BD$" },
    { "BND", 2, 1, "B$" }, { "BOB", 2, 1, "Bs" }, { "BOV", 2, 1, "BOV" }, { "BRL", 2, 1, "R$" },
    { "BSD", 2, 1, "B$" }, { "BTN", 2, 1, "Nu." }, { "BWP", 2, 1, "P" }, { "BYN", 2, 1, "Br" },
    { "BZD", 2, 1, "BZ$" }, { "CAD", 2, 1, "CA$" }, { "CDF", 2, 1, "FC" }, { "CHE", 2, 1, "CHE" },
    { "CHF", 2, 5, "CHF" }, { "CHW", 2, 1, "CHW" }, { "CLF", 4, 1, "UF" }, { "CLP", 0, 10, "$" },
    { "CNY", 2, 1, "CN¥" }, { "COP", 2, 10000, "$" }, { "COU", 2, 1, "COU" }, { "CRC", 2, 1, "₡" },
    { "CUP", 2, 1, "$" }, { "CVE", 2, 1, "$" }, { "CZK", 2, 100, "Kč" }, { "DJF", 0, 1, "Fdj" },
    { "DKK", 2, 1, "kr." }, { "DOP", 2, 1, "RD$" }, { "DZD", 2, 1, "د.ج" }, { "EGP", 2, 1, "E£" },
    { "ERN", 2, 1, "Nfk" }, { "ETB", 2, 1, "Br" }, { "EUR", 2, 1, "€" }, { "FJD", 2, 1, "FJ$" },
    { "FKP", 2, 1, "£" }, { "GBP", 2, 1, "£" }, { "GEL", 2, 1, "₾" }, { "GHS", 2, 1, "₵" },
    { "GIP", 2, 1, "£" }, { "GMD", 2, 1, "D" }, { "GNF", 0, 1, "FG" }, { "GTQ", 2, 1, "Q" },
    { "GYD", 2, 1, "G$" }, { "HKD", 2, 1, "HK$" }, { "HNL", 2, 1, "L" }, { "HTG", 2, 1, "G" },
    { "HUF", 2, 100, "Ft" }, { "IDR", 2, 10000, "Rp" }, { "ILS", 2, 1, "₪" }, { "INR", 2, 1, "₹" },
    { "IQD", 3, 1, "ع.د" }, { "IRR", 2, 100000, "﷼" }, { "ISK", 0, 1, "kr" }, { "JMD", 2, 1, "J$" },
    { "JOD", 3, 1, "د.ا" }, { "JPY", 0, 1, "¥" }, { "KES", 2, 1, "KSh" }, { "KGS", 2, 1, "с" },
    { "KHR", 2, 1, "៛" }, { "KMF", 0, 1, "CF" }, { "KPW", 2, 1, "₩" }, { "KRW", 0, 10, "₩" },
    { "KWD", 3, 1, "د.ك" }, { "KYD", 2, 1, "CI$" }, { "KZT", 2, 1, "₸" }, { "LAK", 2, 1, "₭" },
    { "LBP", 2, 100000, "ل.ل" }, { "LKR", 2, 1, "Rs" }, { "LRD", 2, 1, "L$" }, { "LSL", 2, 1, "L" },
    { "LYD", 3, 1, "ل.د" }, { "MAD", 2, 1, "د.م." }, { "MDL", 2, 1, "lei" }, { "MGA", 2, 1, "Ar" },
    { "MKD", 2, 1, "ден" }, { "MMK", 2, 1, "K" }, { "MNT", 2, 1, "₮" }, { "MOP", 2, 1, "MOP$" },
    { "MRU", 2, 1, "UM" }, { "MUR", 2, 1, "Rs" }, { "MVR", 2, 1, "Rf" }, { "MWK", 2, 1, "MK" },
    { "MXN", 2, 1, "MX$" }, { "MXV", 2, 1, "MXV" }, { "MYR", 2, 1, "RM" }, { "MZN", 2, 1, "MT" },
    { "NAD", 2, 1, "N$" }, { "NGN", 2, 1, "₦" }, { "NIO", 2, 1, "C$" }, { "NOK", 2, 1, "kr" },
    { "NPR", 2, 1, "Rs" }, { "NZD", 2, 1, "NZ$" }, { "OMR", 3, 1, "ر.ع." }, { "PAB", 2, 1, "B/." },
    { "PEN", 2, 1, "S/" }, { "PGK", 2, 1, "K" }, { "PHP", 2, 1, "₱" }, { "PKR", 2, 1, "Rs" },
    { "PLN", 2, 1, "zł" }, { "PYG", 0, 100, "₲" }, { "QAR", 2, 1, "ر.ق" }, { "RON", 2, 1, "lei" },
    { "RSD", 2, 100, "RSD" }, { "RUB", 2, 1, "₽" }, { "RWF", 0, 1, "FRw" }, { "SAR", 2, 1, "ر.س" },
    { "SBD", 2, 1, "SI$" }, { "SCR", 2, 1, "SR" }, { "SDG", 2, 1, "SDG" }, { "SEK", 2, 1, "kr" },
    { "SGD", 2, 1, "S$" }, { "SHP", 2, 1, "£" }, { "SLE", 2, 1, "Le" }, { "SOS", 2, 1, "Sh" },
    { "SRD", 2, 1, "SR$" }, { "SSP", 2, 1, "SS£" }, { "STN", 2, 1, "Db" }, { "SVC", 2, 1, "₡" },
    { "SYP", 2, 1, "LS" }, { "SZL", 2, 1, "E" }, { "THB", 2, 1, "฿" }, { "TJS", 2, 1, "SM" },
    { "TMT", 2, 1, "m" }, { "TND", 3, 1, "د.ت" }, { "TOP", 2, 1, "T$" }, { "TRY", 2, 1, "₺" },
    { "TTD", 2, 1, "TT$" }, { "TWD", 2, 1, "NT$" }, { "TZS", 2, 1, "TSh" }, { "UAH", 2, 1, "₴" },
    { "UGX", 0, 1, "USh" }, { "USD", 2, 1, "$" }, { "USN", 2, 1, "USN" }, { "UYI", 0, 1, "UYI" },
    { "UYU", 2, 1, "$U" }, { "UYW", 4, 1, "UYW" }, { "UZS", 2, 10000, "soʻm" }, { "VED", 2, 1, "Bs.D" },
    { "VES", 2, 1, "Bs.S" }, { "VND", 0, 1000, "₫" }, { "VUV", 0, 1, "VT" }, { "WST", 2, 1, "WS$" },
    { "XAF", 0, 1, "FCFA" }, { "XCD", 2, 1, "EC$" }, { "XCG", 2, 1, "Cg" }, { "XOF", 0, 1, "CFA" },
    { "XPF", 0, 1, "₣" }, { "YER", 2, 1, "﷼" }, { "ZAR", 2, 1, "R" }, { "ZMW", 2, 1, "ZK" },
    { "ZWG", 2, 1, "ZiG" },
};
const size_t n_currencies = COUNT(all_currencies);

static uint32_t code_number(const char *code) {
    return (uint32_t)(unsigned char)code[0] << 16 | (uint32_t)(unsigned char)code[1] << 8 | (unsigned char)code[2];
}

const currency *currency_find(str code) {
    char upper[3];
    if (code.n != 3) return NULL;
    for (size_t i = 0; i < 3; i++) upper[i] = (char)(code.p[i] >= 'a' && code.p[i] <= 'z' ? code.p[i] - 32 : code.p[i]);
    uint32_t wanted = code_number(upper);
    size_t low = 0, high = n_currencies;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code_number(all_currencies[middle].code) < wanted) low = middle + 1;
        else high = middle;
    }
    return low < n_currencies && code_number(all_currencies[low].code) == wanted ? &all_currencies[low] : NULL;
}

int currency_digits(str code) {
    const currency *k = currency_find(code);
    return k ? k->digits : 2;
}

/* How a language writes amounts. */
typedef struct {
    const char *language;
    const char *thousand, *point;
    bool symbol_first;              /* "€5" instead of "5 €" */
    bool code_for_local;            /* "RON 5" where the symbol is a word of another language ("lei") */
} number_format;
static const number_format formats[] = {
    { "en", ",", ".", true, true },             /* the first is the one for languages without a row */
    { "ro", ".", ",", false, false },
};

static const number_format *format_of(str locale) {
    for (size_t i = 0; i < COUNT(formats); i++) {
        str rest = str_sub(locale, 2, locale.n);
        bool ends = !rest.n || rest.p[0] == '_' || rest.p[0] == '-' || rest.p[0] == '.';
        if (locale.n >= 2 && ends && str_eq_nocase(str_sub(locale, 0, 2), str_of(formats[i].language))) return &formats[i];
    }
    return NULL;
}

const char *locale_language(str locale) {
    const number_format *f = format_of(locale);
    return f ? f->language : formats[0].language;
}

bool locale_is_known(str locale) { return format_of(locale) != NULL; }

/* A sign ("€", "CA$") is read in every language; letters ("lei", "Kč") only in their own. */
static bool is_sign(const char *symbol) {
    static const char *const signs[] = { "€", "£", "¥", "₹", "₽", "₴", "₺", "₩", "₪", "₫", "₱", "₦", "฿", "₸", "₾", "₼", "₡", "₲", "₮" };
    for (size_t i = 0; i < COUNT(signs); i++)
        if (!strcmp(signs[i], symbol)) return true;
    return symbol[strlen(symbol) - 1] == '$';
}

/* From the right: digits behind the point, then groups of three. Written by hand: every answer has ten amounts. */
void money_amount(buf *b, uint64_t minor, int digits, int shown, str thousand, str point) {
    char room[128];
    size_t at = sizeof room;
    for (int i = shown; i > digits; i--) room[--at] = '0';
    for (int i = 0; i < digits; i++, minor /= 10) room[--at] = (char)('0' + minor % 10);
    if (shown) memcpy(room + (at -= point.n), point.p, point.n);
    int n = 0;
    do {
        if (n && n % 3 == 0 && thousand.n) memcpy(room + (at -= thousand.n), thousand.p, thousand.n);
        room[--at] = (char)('0' + minor % 10);
        n++;
    } while (minor /= 10);
    buf_add(b, room + at, sizeof room - at);
}

void money_text(buf *b, int64_t minor, str code, str locale) {
    const number_format *f = format_of(locale) ? format_of(locale) : &formats[0];
    const currency *k = currency_find(code);
    uint64_t amount = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    if (minor < 0) buf_char(b, '-');
    bool by_code_name = !k || (f->code_for_local && !is_sign(k->symbol));
    str name = by_code_name ? code : str_of(k->symbol);
    if (f->symbol_first && name.n) {
        buf_str(b, name);
        if (by_code_name) buf_text(b, " ");
    }
    int digits = k ? k->digits : 2;
    money_amount(b, amount, digits, digits, str_of(f->thousand), str_of(f->point));
    if (!f->symbol_first && name.n) {
        buf_text(b, " ");
        buf_str(b, name);
    }
}

int64_t money_discounted(int64_t minor, int percent, str code) {
    const currency *k = currency_find(code);
    int64_t step = k ? k->step : 1;
    int64_t off = minor / 100 * percent + (minor % 100 * percent + 50) / 100;       /* no overflow for any amount */
    int64_t price = (minor - off + step / 2) / step * step;
    return price < minor ? price : minor - off;
}
