/* What was learned of a day, in a sentence: for the page, the command line, and letters.
 * Promise: pure; says what the finding holds and no more. Read next: insights/finding.h. */
#pragma once
#include "insights/day.h"
#include "letters/letter.h"

/* One sentence or two, without line breaks, in c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code finding_say(ctx *c, const letter_reader *to, const finding *f, str *ret_text);
/* What the day taught; texts in c->arena. ERR_NO_MEMORY, ERR_INVALID (the row is damaged). */
CHECK_RESULT err_code insight_findings(ctx *c, const day_insight *day, finding **ret_findings, size_t *ret_n);
/* A day and its findings, each with its sentence in both languages, as one JSON object. ERR_NO_MEMORY, ERR_CORRUPT. */
CHECK_RESULT err_code insight_write(ctx *c, json_out *w, const letter_reader *to, const day_insight *day);
