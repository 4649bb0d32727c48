/* Handlers of the pages for people. */
#pragma once
#include "api/api_int.h"
#include "decide/catalogue.h"

/* "/": what runs, which shops it holds, what it learned, a first request to copy. Shop data only for people at this machine
 * (or with options.open_pages). */
CHECK_RESULT err_code page_home(api_call *call);
/* "/docs": the route table, readable. */
CHECK_RESULT err_code page_docs(api_call *call);
