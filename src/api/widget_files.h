/* The widget's files, which this program carries: made by web/widget/build.mjs, put in by the Makefile, served here.
 * Promise: /v.js may change and is asked for again within minutes; a part's name holds its hash, so it never changes.
 * Read next: web/widget/README.md. */
#pragma once
#include "api/api_int.h"

typedef struct {
    const char *name;
    const char *etag, *zip_etag;            /* quoted, one for each form */
    const unsigned char *body;
    size_t n;
    const unsigned char *zip;               /* the same, gzip */
    size_t n_zip;
} widget_file;

extern const widget_file widget_files[];    /* the first one is the loader, "v.js" */
extern const size_t n_widget_files;

/* Does a client that sends this Accept-Encoding take gzip? */
bool widget_takes_gzip(str accept_encoding);
CHECK_RESULT err_code widget_loader(api_call *call);
CHECK_RESULT err_code widget_part(api_call *call);
