/* What a training found, in sentences for the owner of the shop: one text for the command line and the first page.
 * It does NOT measure: the figures are those the training left (learn_report_write() in learn.h). Any thread.
 * Read next: learn.h, learn_personal.h (how the figures come about). */
#pragma once
#include "base/json.h"

enum { LEARN_SENTENCES = 4 };
typedef struct { str text[LEARN_SENTENCES]; size_t n; } learn_sentences;

/* How well the shop's newest orders would have been answered, and what was chosen by that.
 *   metrics        object of learn_report_write(); what an older program did not write has no sentence. NULL: none at all
 *   ret_sentences  plain text without line breaks, in c->arena
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code learn_words(ctx *c, const json_value *metrics, learn_sentences *ret_sentences);
