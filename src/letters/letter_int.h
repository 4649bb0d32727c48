/* How a letter is made: blocks are added to a page, then the page is drawn twice. Private to letters/.
 * A sentence is a row of letter_words.h with placeholders {0}..{9}; filling in is one pass, so that values are never looked into. */
#pragma once
#include "letters/letter.h"
#include "base/buf.h"

enum { LETTER_RO, LETTER_EN, LETTER_LANGUAGES };
enum { LIMIT_LETTER_BLOCKS = 24, LIMIT_LETTER_ROWS = LIMIT_EXPERIMENT_ARMS + 1, LIMIT_LETTER_COLUMNS = 6 };

/* A sentence in each language. */
typedef struct { const char *in[LETTER_LANGUAGES]; } phrase;

typedef enum { BLOCK_HEAD, BLOCK_PARAGRAPH, BLOCK_TABLE, BLOCK_SMALL } block_kind;
typedef struct { block_kind kind; str text; } block;

typedef struct {
    ctx *c;
    const letter_reader *to;
    int language;
    str subject;
    block blocks[LIMIT_LETTER_BLOCKS];
    size_t n;
    str cells[LIMIT_LETTER_ROWS][LIMIT_LETTER_COLUMNS];     /* of the one table; the first row is its head */
    size_t rows, columns;
    bool full;                      /* memory ended, or a block too many */
} letter_page;

void letter_page_init(ctx *c, const letter_reader *to, letter_page *ret_page);
/* The sentence with {k} replaced by values[k]. */
str letter_fill(letter_page *p, const phrase *f, const str *values, size_t n);
void letter_add(letter_page *p, block_kind kind, str text);
CHECK_RESULT err_code letter_draw(const letter_page *p, letter *ret_letter);

/* ---- values as people read them, in the arena ---- */
str letter_count(letter_page *p, double n);                             /* 12.345 */
str letter_percent(letter_page *p, double share, int decimals);         /* 7,3 %; with no sign */
str letter_change(letter_page *p, double share);                        /* +7,3 % */
str letter_money(letter_page *p, double minor);
str letter_date(letter_page *p, int64_t at_ms);                         /* 21 noiembrie 2026 */
/* What a variant sets, in words: "3 products, 5 % off, pop-up". Of unknown settings their names; of none "as before". */
str letter_settings(letter_page *p, str settings);
/* "the cart", "the product page"; a place nobody knows by its name. */
str letter_place(letter_page *p, str placement);
