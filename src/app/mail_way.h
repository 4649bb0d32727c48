/* The machine's own way for letters, from the environment or .env: VITRINE_SMTP_URL, VITRINE_SMTP_USER, VITRINE_SMTP_PASSWORD,
 * VITRINE_MAIL_FROM. Texts live as long as c->arena. */
#pragma once
#include "app/command.h"
#include "jobs/jobs.h"

mail_defaults mail_defaults_of(ctx *c, const settings *s);
