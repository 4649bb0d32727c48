/* Is what was just learned worse than what serves? Both were asked for the shop's newest baskets, left out of their lessons
 * (README-learning.md): the share of questions with a hit among ten.
 * Two trainings are judged on different baskets; jobs/train.c has what it learned asked for the same ones before it believes a fall.
 * Promise: pure; "worse" needs a difference beyond three standard errors and a tenth of the old share, so that chance alone refuses one
 * training in a thousand; where either could not be judged nothing is worse. A version is not defended for longer than
 * NOT_WORSE_DAYS: then the shop itself has changed. Read next: jobs/train.c. */
#pragma once
#include "base/ctx.h"

enum { NOT_WORSE_DAYS = 7 };

/*   serving, learned   metrics of the two model rows, JSON
 *   ret_why  a sentence for the log when it is worse, in c->arena */
bool learned_is_worse(ctx *c, str serving, str learned, str *ret_why);
