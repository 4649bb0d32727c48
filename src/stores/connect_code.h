/* Codes by which a shop's plugin connects: made here, pasted there, used once.
 * Promise: 60 bits of chance, good for CODE_HOURS; only a keyed hash is stored; of two uses at once one wins. Letters that people
 * mistake for another (I, L, O) are read as that one; case, dashes and blanks do not matter. Rows of used and old codes go when the next
 * one is made. Read next: stores/connection.h. */
#pragma once
#include "net/crypto.h"
#include "storage/storage.h"

enum { CODE_LETTERS = 12, CODE_TEXT = CODE_LETTERS + 2, CODE_HOURS = 24, LIMIT_CONNECT_CODES = 100 };

/* A new code.
 *   ret_code   "ABCD-EFGH-JKMN" in c->arena: the only time it can be seen
 *   ret_end_ms until when it is good
 * ERR_CONFLICT (LIMIT_CONNECT_CODES are open), ERR_STORAGE. */
CHECK_RESULT err_code connect_code_make(ctx *c, db *d, const seal_key *k, str *ret_code, int64_t *ret_end_ms);
/* Does `text` have the form of a code? Says nothing of whether it is one.
 *   ret_code  as connect_code_make() writes it, in `a` */
bool connect_code_read(arena *a, str text, str *ret_code);
/* Is it good now? ERR_FORBIDDEN (unknown, used, over: one sentence for all). */
CHECK_RESULT err_code connect_code_check(ctx *c, db *d, const seal_key *k, str code);
/* Use it up. To be called in the write transaction that does what it was for: undone with it. Errors as connect_code_check(). */
CHECK_RESULT err_code connect_code_use(ctx *c, db *d, const seal_key *k, str code);
