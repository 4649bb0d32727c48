/* Words of product texts. It does NOT weigh them (content.c) and does NOT understand sentences. */
#include "features/text.h"
#include <libstemmer.h>
#include <string.h>
#include <utf8proc.h>
#include "base/grow.h"

enum { WORD_BYTES = 64 };

/* ---- languages ---- */

struct text_language { const char *code, *stemmer, *stop_words; };
/* Stop words are folded, between blanks. Other languages rely on the weights: a word of every product weighs nothing. */
static const text_language languages[] = {
    { "ro", "romanian",
      " si sau de la cu in pe din pentru un una unei unui o al ai ale lui este sunt se ce care sa nu mai ca prin dupa fara intr intre"
      " este fi fost foarte acest aceasta aceste acesti cel cea cei cele lor le ii il va vor poate pot dar daca cum cand doar cat "
      "atat orice fie sub peste spre pana ne va ti isi dumneavoastra produs produsul produse " },
    { "en", "english",
      " and or of the to with in on at for a an is are was be been it its this that these those as by from not no you your our we "
      "they their has have had will can may but if so than then when which who what all any each more most very into out over "
      "about also product products " },
    { "de", "german", " " }, { "fr", "french", " " }, { "it", "italian", " " }, { "es", "spanish", " " }, { "pt", "portuguese", " " },
    { "nl", "dutch", " " }, { "hu", "hungarian", " " }, { "sv", "swedish", " " }, { "da", "danish", " " }, { "nb", "norwegian", " " },
};

const text_language *text_language_find(str locale) {
    str code = str_sub(locale, 0, 2);
    bool whole = locale.n == 2 || (locale.n > 2 && (locale.p[2] == '_' || locale.p[2] == '-'));
    for (size_t i = 0; whole && i < COUNT(languages); i++)
        if (str_eq_nocase(code, str_of(languages[i].code))) return &languages[i];
    return NULL;
}

const char *text_language_code(const text_language *l) { return l->code; }

static bool is_stop_word(const text_language *l, str word) {
    char padded[WORD_BYTES + 2];
    if (word.n > WORD_BYTES) return false;
    padded[0] = ' ';
    memcpy(padded + 1, word.p, word.n);
    padded[word.n + 1] = ' ';
    return str_find(str_of(l->stop_words), (str){ padded, word.n + 2 }) != SIZE_MAX;
}

const text_language *text_language_guess(str folded, const text_language *otherwise) {
    size_t votes[2] = { 0, 0 };
    for (str rest = folded; rest.p;) {
        str word = str_cut(&rest, ' ');
        for (size_t i = 0; i < 2 && word.n; i++) votes[i] += is_stop_word(&languages[i], word);
    }
    if (votes[0] >= 2 * votes[1] && votes[0]) return &languages[0];
    if (votes[1] >= 2 * votes[0] && votes[1]) return &languages[1];
    return otherwise;
}

/* ---- HTML ---- */

static const struct { const char *name; const char *text; } entities[] = {
    { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" }, { "nbsp", " " }, { "ndash", "-" },
    { "mdash", "-" }, { "hellip", " " }, { "rsquo", "'" }, { "lsquo", "'" }, { "rdquo", "\"" }, { "ldquo", "\"" }, { "bull", " " },
    { "deg", "\xC2\xB0" }, { "times", "x" }, { "euro", "\xE2\x82\xAC" }, { "acirc", "\xC3\xA2" }, { "icirc", "\xC3\xAE" },
};

static bool code_point(str digits, int32_t *ret_code) {
    bool hex = digits.n > 1 && (digits.p[0] == 'x' || digits.p[0] == 'X');
    int64_t code = 0;
    if (digits.n < 1 || digits.n > 8) return false;
    for (size_t i = hex; i < digits.n; i++) {
        int ch = digits.p[i], low = ch | 0x20;
        int digit = ch >= '0' && ch <= '9' ? ch - '0' : hex && low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
        if (digit < 0) return false;
        code = code * (hex ? 16 : 10) + digit;
    }
    if (code < 32 || code > 0x10FFFF || !utf8proc_codepoint_valid((int32_t)code)) return false;
    *ret_code = (int32_t)code;
    return true;
}

/* Decode the entity that `rest` starts with into `out`; bytes of `rest` it took, 0 when it is none. */
static size_t take_entity(buf *out, str rest) {
    size_t end = 1;
    while (end < rest.n && end < 12 && rest.p[end] != ';') end++;
    if (end >= rest.n || rest.p[end] != ';' || end < 2) return 0;
    str name = str_sub(rest, 1, end - 1);
    int32_t code = 0;
    if (name.p[0] == '#' && code_point(str_sub(name, 1, name.n), &code)) {
        utf8proc_uint8_t bytes[4];
        buf_add(out, bytes, (size_t)utf8proc_encode_char(code, bytes));
        return end + 1;
    }
    for (size_t i = 0; i < COUNT(entities); i++) {
        if (!str_eq(name, str_of(entities[i].name))) continue;
        buf_text(out, entities[i].text);
        return end + 1;
    }
    return 0;
}

static bool starts_nocase(str s, str prefix) { return s.n >= prefix.n && str_eq_nocase(str_sub(s, 0, prefix.n), prefix); }

/* Bytes up to and with `end`, searched without regard to case; all that is left when it never comes. */
static size_t through(str rest, str end) {
    for (size_t i = 0; i + end.n <= rest.n; i++)
        if ((rest.p[i] | 0x20) == (end.p[0] | 0x20) && starts_nocase(str_sub(rest, i, end.n), end)) return i + end.n;
    return rest.n;
}

/* Bytes of the tag, comment, script or style that `rest` starts with; 1 when the '<' is none. */
static size_t tag_length(str rest) {
    if (starts_nocase(rest, STR("<!--"))) return through(rest, STR("-->"));
    if (starts_nocase(rest, STR("<script"))) return through(rest, STR("</script>"));
    if (starts_nocase(rest, STR("<style"))) return through(rest, STR("</style>"));
    int next = rest.n > 1 ? rest.p[1] | 0x20 : ' ';
    bool is_tag = (next >= 'a' && next <= 'z') || next == '/' || next == '!' || next == '?';
    return is_tag ? through(rest, STR(">")) : 1;
}

static bool is_blank(char ch) { return ch == ' ' || (ch >= '\t' && ch <= '\r') || ch == 0; }

err_code text_plain(ctx *c, str html, size_t max, str *ret_text) {
    buf out;
    buf_init_in(&out, c->arena, max + 32);
    bool gap = false;
    for (size_t i = 0; i < html.n && out.n < max + 4;) {       /* one character more, so that the clip sees where it ends */
        char ch = html.p[i];
        if (is_blank(ch) || (ch == '<' && tag_length(str_sub(html, i, html.n)) > 1)) {
            i += ch == '<' ? tag_length(str_sub(html, i, html.n)) : 1;
            gap = true;
            continue;
        }
        if (gap && out.n) buf_char(&out, ' ');
        gap = false;
        size_t took = ch == '&' ? take_entity(&out, str_sub(html, i, html.n)) : 0;
        if (!took) buf_char(&out, ch);
        i += took ? took : 1;
    }
    if (buf_err(&out)) return fail(c, ERR_NO_MEMORY, "strip a product text: out of memory");
    *ret_text = str_clip(buf_view(&out), max);
    return ERR_OK;
}

/* ---- folding ---- */

/* Folded form of one character beyond ASCII: letters and digits to `to` (room for 72 bytes), else a blank. Bytes written. */
static size_t fold_char(int32_t code, char *to) {
    static const int options = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
    int32_t parts[18];                                          /* the longest compatibility decomposition of Unicode */
    int class = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char(code, parts, COUNT(parts), (utf8proc_option_t)options, &class);
    size_t bytes = 0;
    for (utf8proc_ssize_t i = 0; i < n && i < (utf8proc_ssize_t)COUNT(parts); i++) {
        utf8proc_category_t kind = utf8proc_category(parts[i]);
        bool keep = (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_LO) ||
                    (kind >= UTF8PROC_CATEGORY_ND && kind <= UTF8PROC_CATEGORY_NO);
        if (keep) bytes += (size_t)utf8proc_encode_char(parts[i], (utf8proc_uint8_t *)to + bytes);
        else to[bytes++] = ' ';
    }
    return bytes;
}

static bool is_ascii_letter(int ch) { return (ch | 0x20) >= 'a' && (ch | 0x20) <= 'z'; }

/* Fold the character at the start of `rest` into `to`; *ret_n bytes written. Bytes taken. */
static size_t fold_next(str rest, char *to, size_t *ret_n) {
    unsigned char ch = (unsigned char)rest.p[0];
    if (ch < 0x80) {
        *to = (char)(is_ascii_letter(ch) ? ch | 0x20 : ch >= '0' && ch <= '9' ? ch : ' ');
        *ret_n = 1;
        return 1;
    }
    int32_t code = 0;
    utf8proc_ssize_t took = utf8proc_iterate((const utf8proc_uint8_t *)rest.p, (utf8proc_ssize_t)rest.n, &code);
    if (took <= 0) {
        *to = ' ';
        *ret_n = 1;
        return 1;
    }
    *ret_n = fold_char(code, to);
    return (size_t)took;
}

err_code text_fold(ctx *c, str text, str *ret_text) {
    buf out;
    buf_init_in(&out, c->arena, text.n * 12 + 128);         /* U+FDFA becomes eleven times its length, nothing more */
    bool gap = false;
    for (size_t i = 0; i < text.n;) {
        char folded[128];
        size_t n = 0;
        i += fold_next(str_sub(text, i, 4), folded, &n);
        for (size_t k = 0; k < n; k++) {
            if (folded[k] != ' ' && gap && out.n) buf_char(&out, ' ');
            gap = folded[k] == ' ';
            if (!gap) buf_char(&out, folded[k]);
        }
    }
    if (buf_err(&out)) return fail(c, ERR_NO_MEMORY, "fold a product text of %zu bytes: out of memory", text.n);
    *ret_text = buf_view(&out);
    return ERR_OK;
}

/* ---- terms ---- */

err_code text_vocabulary_init(ctx *c, text_vocabulary *v, const text_language *language) {
    *v = (text_vocabulary){ .home = c->arena, .language = language };
    map_init(&v->words, c->arena);
    map_init(&v->terms, c->arena);
    if (!language) return ERR_OK;
    v->stemmer = sb_stemmer_new(language->stemmer, "UTF_8");
    return v->stemmer ? ERR_OK : fail(c, ERR_NO_MEMORY, "make the %s stemmer", language->stemmer);
}

void text_vocabulary_done(text_vocabulary *v) {
    if (v->stemmer) sb_stemmer_delete(v->stemmer);
    v->stemmer = NULL;
}

size_t text_vocabulary_size(const text_vocabulary *v) { return v->terms.count; }

/* Term of a word never seen before; TEXT_STOP when it says nothing. ERR_NO_MEMORY. */
static err_code number_word(ctx *c, text_vocabulary *v, str word, uint32_t *ret_term) {
    str stem = word;
    bool stop = word.n < 2 || word.n > WORD_BYTES || (v->language && is_stop_word(v->language, word));
    if (!stop && v->stemmer) {
        const sb_symbol *p = sb_stemmer_stem(v->stemmer, (const sb_symbol *)word.p, (int)word.n);
        if (p) stem = (str){ (const char *)p, (size_t)sb_stemmer_length(v->stemmer) };
    }
    uint32_t term = TEXT_STOP;
    bool added = false;
    if (!stop) {
        uint32_t next = (uint32_t)v->terms.count;
        term = map_put(&v->terms, stem.n ? stem : word, next, &added);
        if (term == UINT32_MAX) return fail(c, ERR_NO_MEMORY, "number words: out of memory");
        uint64_t *hashes = added ? grow_array(v->home, v->stem_hash, next, &v->stem_hash_cap, sizeof *hashes) : v->stem_hash;
        if (!hashes) return fail(c, ERR_NO_MEMORY, "number words: out of memory");
        v->stem_hash = hashes;
        if (added) hashes[next] = hash_str(stem.n ? stem : word);
    }
    (void)map_put(&v->words, word, term, &added);               /* TEXT_STOP and "no memory" look alike: `added` tells */
    if (!added) return fail(c, ERR_NO_MEMORY, "number words: out of memory");
    *ret_term = term;
    return ERR_OK;
}

err_code text_terms(ctx *c, text_vocabulary *v, str plain, size_t max, uint32_t *ret_terms, size_t *ret_n) {
    arena_mark mark = arena_save(c->arena);
    str rest = { 0 };
    TRY(text_fold(c, plain, &rest));
    size_t n = 0;
    err_code e = ERR_OK;
    while (!e && rest.p && n < max) {
        str word = str_cut(&rest, ' ');
        uint32_t term = TEXT_STOP;
        if (word.n == 0 || word.n > WORD_BYTES) continue;
        if (!map_get(&v->words, word, &term)) e = number_word(c, v, word, &term);
        if (!e && term != TEXT_STOP) ret_terms[n++] = term;
    }
    if (v->home != c->arena) arena_restore(c->arena, mark);
    if (!e) *ret_n = n;
    return e;
}
