/* What a copy or a training brought, in words or as JSON. */
#pragma once
#include "app/command.h"

/* `result` is the JSON of a sync job. */
void print_copied(ctx *c, const invocation *v, str result);
/* `result` is the JSON of a train job. */
void print_learned(ctx *c, const invocation *v, str result);
/* {"sync":...,"train":...} on one line; an empty result is null. */
CHECK_RESULT err_code print_results(ctx *c, const invocation *v, str sync, str train);
