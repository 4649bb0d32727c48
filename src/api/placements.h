/* Handlers about placements: how the owner wants them. */
#pragma once
#include "api/api_int.h"

enum { COUNT_PLACEMENT = 7 };
extern const param placement_params[COUNT_PLACEMENT];

CHECK_RESULT err_code placements_list(api_call *call);
CHECK_RESULT err_code placements_put(api_call *call);

/* Tell this process's answers what was just written to placements or experiments. Others see it within seconds; so does this one when
 * telling fails, which is logged. */
void api_terms_changed(api_call *call);
/* ERR_INVALID with the field `placement`, naming those there are. */
CHECK_RESULT err_code api_check_placement(api_call *call, str name);
