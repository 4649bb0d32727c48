/* Handlers about the widget: what a page needs to show it, and what an owner says of it. */
#pragma once
#include "api/api_int.h"

enum { COUNT_WIDGET_CONFIG = 2, COUNT_WIDGET_PRODUCTS = 3, COUNT_WIDGET_DESIGN = 5, COUNT_WIDGET_DRAFT = 1, COUNT_WIDGET_PUBLISH = 1,
       COUNT_WIDGET_VERSIONS = 2, COUNT_WIDGET_PREVIEW = 1, COUNT_WIDGET_TOKEN = 1, COUNT_WIDGET_EMAIL = 10 };
extern const param widget_config_params[COUNT_WIDGET_CONFIG], widget_products_params[COUNT_WIDGET_PRODUCTS],
    widget_design_params[COUNT_WIDGET_DESIGN], widget_draft_params[COUNT_WIDGET_DRAFT], widget_publish_params[COUNT_WIDGET_PUBLISH],
    widget_versions_params[COUNT_WIDGET_VERSIONS], widget_preview_params[COUNT_WIDGET_PREVIEW], widget_token_params[COUNT_WIDGET_TOKEN],
    widget_email_params[COUNT_WIDGET_EMAIL];

/* For pages (widget.c) */
CHECK_RESULT err_code widget_config_get(api_call *call);
CHECK_RESULT err_code widget_products_get(api_call *call);
/* For letters (widget_email.c) */
CHECK_RESULT err_code widget_email_get(api_call *call);
/* For owners (widget_builder.c) */
CHECK_RESULT err_code widget_fields_get(api_call *call);
CHECK_RESULT err_code widget_draft_read(api_call *call);
CHECK_RESULT err_code widget_draft_write(api_call *call);
CHECK_RESULT err_code widget_publish_post(api_call *call);
CHECK_RESULT err_code widget_versions_get(api_call *call);
CHECK_RESULT err_code widget_one_version_get(api_call *call);
CHECK_RESULT err_code widget_rollback_post(api_call *call);
CHECK_RESULT err_code widget_preview_post(api_call *call);

/* Is this a look at the draft? A token that is none is an error, never a look at what was published.
 *   ret_preview  false without a token */
CHECK_RESULT err_code widget_preview_asked(api_call *call, str token, bool *ret_preview);
