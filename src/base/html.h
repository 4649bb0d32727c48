/* HTML out: the only place that escapes HTML. Pages are made of constant text and escaped values. */
#pragma once
#include "base/buf.h"

/* Text content or a quoted attribute: & < > " ' become entities; invalid UTF-8 becomes U+FFFD. */
void html_text(buf *b, str s);
/* A URL for href or src: only http, https and absolute paths of ours; anything else becomes "#". Escaped. */
void html_url(buf *b, str url);
/* Whole number with thin spaces between thousands: 12 345. */
void html_count(buf *b, int64_t n);
