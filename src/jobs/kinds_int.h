/* Bodies of the kinds of jobs, and what they share. Private to jobs/. */
#pragma once
#include "jobs/jobs.h"
#include "jobs/publish.h"
#include "jobs/settings.h"
#include "stores/sink.h"

/* Copy the shop: pages and cursors by its connector, webhooks when the key may write, then the live catalogue; asks for a
 * training when something changed. Input: {"depth": "changes" | "full" | "sweep"}. */
job_body job_body_sync;
/* Learn the store and publish the snapshot: next version beside the old, checked, one row change, older ones kept and pruned. */
job_body job_body_train;
/* Learn how far visitors look down a list, and have all processes count anew by it. */
job_body job_body_positions;
/* Keep the figures of the days that are over, and judge the newest. */
job_body job_body_insights;
/* Forget what visitors did before setting keep_days. */
job_body job_body_retention;

/* Let placements learn how to be shown, see jobs/display_learning.h. */
job_body job_body_displays;
/* Look at the experiments that run, end those that are over, and begin what the programme proposes, see jobs/trial.h. */
job_body job_body_experiments;
/* Go back to an earlier version when suggestions are clicked less since it was replaced, see experiments/fall.h. */
job_body job_body_rollback;
/* Send the letters to the owner that are due (in the foreground: that wait), see jobs/letters.h. */
job_body job_body_mail;

/* Ask for a training of the store, not before its pause since the last one has passed. */
CHECK_RESULT err_code job_want_train(ctx *c, db *d, int64_t store_id);
/* Tell the live catalogue what a sync changed. Errors are logged: the next training reloads everything. */
void job_refresh_serving(ctx *c, const job_services *s, db *d, int64_t store_id, const store_changes *changes);
/* Attribute the orders a sync changed, and count what of them followed a recommendation; with `all` also those of
 * the last weeks that changed while nobody listened. Errors are logged:
 * the next sweep does it again. */
void job_attribute_orders(ctx *c, const job_services *s, db *d, int64_t store_id, const store_changes *changes, bool all);
