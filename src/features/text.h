/* Text of products turned into numbered words: HTML stripped, UTF-8 folded, cut, stop words dropped, stemmed.
 * Promise: any bytes are taken (broken UTF-8 becomes blanks, broken HTML ends at the end of the text); work is linear in the text.
 * Diacritics go before stemming, so that "camasi", "cămăşi" and "cămăși" are one word. Deterministic.
 * NOT here: texts without blanks between words (Chinese, Japanese, Thai) are cut at punctuation only.
 * A vocabulary belongs to one thread; its memory is the arena given, but for the stemmer: text_vocabulary_done(). */
#pragma once
#include "base/ctx.h"
#include "base/map.h"

typedef struct text_language text_language;
/* Language of a locale or language code ("ro", "ro_RO", "en-GB"); NULL when we have no stemmer for it. Static. */
const text_language *text_language_find(str locale);
/* Romanian or English when a folded text has twice the stop words of one as of the other, else `otherwise`. */
const text_language *text_language_guess(str folded, const text_language *otherwise);
/* "ro", "en", ... */
const char *text_language_code(const text_language *l);

/* Tags, comments, scripts and styles out, entities decoded, white space squeezed.
 *   max      bytes of the answer at most, cut between characters
 *   ret_text in c->arena
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code text_plain(ctx *c, str html, size_t max, str *ret_text);
/* Lower case, accents stripped, every run of anything but letters and digits one blank. ERR_NO_MEMORY. */
CHECK_RESULT err_code text_fold(ctx *c, str text, str *ret_text);

/* Words seen so far, numbered by their stems from 0. */
typedef struct text_vocabulary {
    arena *home;
    const text_language *language;      /* NULL: no stemming, no stop words */
    struct sb_stemmer *stemmer;
    map words;                          /* folded word -> term, or TEXT_STOP */
    map terms;                          /* stem -> term */
    uint64_t *stem_hash;                /* hash_str() of each term's stem */
    size_t stem_hash_cap;
} text_vocabulary;
#define TEXT_STOP UINT32_MAX

/* Start an empty vocabulary in c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code text_vocabulary_init(ctx *c, text_vocabulary *v, const text_language *language);
void text_vocabulary_done(text_vocabulary *v);
#define AUTO_VOCABULARY __attribute__((cleanup(text_vocabulary_done))) text_vocabulary
size_t text_vocabulary_size(const text_vocabulary *v);

/* Terms of a plain text in order, doubles kept; words of one letter and over 64 bytes are passed over.
 *   max        terms at most, the rest of the text is not read
 *   ret_terms  room for max
 *   ret_n      terms written
 * ERR_NO_MEMORY. Scratch in c->arena is given back when that is not v->home. */
CHECK_RESULT err_code text_terms(ctx *c, text_vocabulary *v, str plain, size_t max, uint32_t *ret_terms, size_t *ret_n);
