/* Reads the machine's mail settings. */
#include "app/mail_way.h"

mail_defaults mail_defaults_of(ctx *c, const settings *s) {
    return (mail_defaults){
        .url = str_of(settings_get(c, s, "VITRINE_SMTP_URL")), .user = str_of(settings_get(c, s, "VITRINE_SMTP_USER")),
        .password = str_of(settings_get(c, s, "VITRINE_SMTP_PASSWORD")), .from = str_of(settings_get(c, s, "VITRINE_MAIL_FROM")),
    };
}
