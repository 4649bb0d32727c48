/* Who sees what: the permanent hold-out and the variants of experiments, from nothing but the person's name.
 * Promise: pure and the same on every machine; a person stays in his arm for as long as shares stay, and when they change only as
 * many move as must; arms of different experiments and the hold-out are independent of each other, experiments of one layer never
 * share a person. The person is the name of identity (events/identity.h), so an arm survives a log-in.
 * Read next: experiments/experiment.h (where experiments come from), README.md. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"

enum { ASSIGN_BUCKETS = 10000 };

/* A bucket, 0..ASSIGN_BUCKETS-1, uniform over persons.
 *   salt  what it is for: buckets of two salts are independent */
uint32_t assign_bucket(int64_t store_id, str salt, str person);

/* Does this person never see suggestions? Those held out at one share are among those held out at a larger one.
 *   share_0_1  of persons; 0..0.5 */
bool assign_is_held_out(int64_t store_id, str person, double share_0_1);

/* Which of n arms a person gets, by weighted rendezvous: arm k has the key -ln(u_k) / share_k with u_k uniform from the hash of
 * (store, salt, name of the arm, person), and the least key wins. P(arm k) = share_k / sum of shares; raising one share moves
 * persons into that arm only.
 *   names, shares  of n arms; shares >= 0, at least one > 0
 * Returns the index. Source: Schindelhauer and Schomaker 2005, weighted distributed hash tables. */
size_t assign_arm(int64_t store_id, str salt, str person, const str *names, const double *shares, size_t n);
