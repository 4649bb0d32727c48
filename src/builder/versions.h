/* The life of a store's design: a draft that is written over, versions that are not, the newest of which is on the pages.
 *     draft -> publish -> version 1, 2, 3 ...      roll back to 2 -> version 4 with the design of 2
 * Promise: each call is one transaction; a version never changes once written; what is written was read whole by builder/design.h first;
 * a refused call changes nothing. The newest LIMIT_WIDGET_VERSIONS are kept. Who answers pages is told by callers
 * (serving_follow_terms). Threads: the caller's connection. Read next: schema/fields_own.h (WIDGET_VERSION_FIELDS). */
#pragma once
#include "builder/design.h"
#include "schema/tables.h"
#include "storage/storage.h"

enum { LIMIT_WIDGET_VERSIONS = 100, LIMIT_WIDGET_NOTE = 200, LIMIT_WIDGET_DESIGN = 64 * 1024 };

/* The draft; without one what is on the pages, as revision 0. */
CHECK_RESULT err_code widget_draft_get(ctx *c, db *d, int64_t store_id, widget_version *ret_draft);
/* Write the draft.
 *   design    text of a document
 *   revision  the one it was made of: ERR_CONFLICT when somebody wrote another since; -1: whatever is there is written over
 * ERR_INVALID with the field, ERR_TOO_LARGE, ERR_CONFLICT. */
CHECK_RESULT err_code widget_draft_put(ctx *c, db *d, int64_t store_id, str design, int64_t revision, widget_version *ret_draft);
/* The draft as a new version. When the pages show the same already, that version is told and nothing is written.
 *   note  what changed; may be empty
 * ERR_INVALID (the note), ERR_CONFLICT (there is no draft). */
CHECK_RESULT err_code widget_publish(ctx *c, db *d, int64_t store_id, str note, widget_version *ret_version);
/* The design of an older version as a new one. A draft that holds nothing unpublished follows. ERR_NOT_FOUND says what lists versions. */
CHECK_RESULT err_code widget_roll_back(ctx *c, db *d, int64_t store_id, int64_t version, widget_version *ret_version);
/* ERR_NOT_FOUND. */
CHECK_RESULT err_code widget_version_get(ctx *c, db *d, int64_t store_id, int64_t version, widget_version *ret_version);
/* What is on the pages; version 0 and an empty design while nothing was published. */
CHECK_RESULT err_code widget_live_get(ctx *c, db *d, int64_t store_id, widget_version *ret_version);
/* Newest first, without their designs.
 *   before  only smaller numbers; 0: from the newest
 *   limit   1..LIMIT_WIDGET_VERSIONS */
CHECK_RESULT err_code widget_version_list(ctx *c, db *d, int64_t store_id, int64_t before, size_t limit, widget_version **ret_rows,
                                          size_t *ret_n);
/* Number of the version on the pages and revision of the draft: when both are as before, nothing changed. Quick. */
CHECK_RESULT err_code widget_state(ctx *c, db *d, int64_t store_id, int64_t *ret_version, int64_t *ret_revision);
