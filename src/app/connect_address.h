/* The line an owner pastes into the plugin's page: the address of this Vitrine with a connect code in it.
 * Read next: stores/connect_code.h. */
#pragma once
#include "app/home.h"

typedef struct {
    str text;                   /* http://localhost:8080/connect/ABCD-EFGH-JKMN */
    str code;
    int64_t end_ms;             /* good until then */
} connect_address;

/* With a new code. `base`: address under which the shop reaches the server. ERR_INVALID (not http or https), ERR_CONFLICT, ERR_STORAGE. */
CHECK_RESULT err_code connect_address_make(ctx *c, db *d, const seal_key *k, str base, connect_address *ret_address);
/* The address of the server of this data folder: as it noted it when it began, else by the settings of port. In c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code connect_address_here(ctx *c, const invocation *v, str *ret_base);

#define ADDRESS_FILE "address"              /* mode 0600, below the data folder, while a server runs; one that was killed leaves it */
/* A server begins: `base` is where it listens, http://localhost:8080. Of several the newest counts. ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code connect_address_note(ctx *c, const char *dir, str base);
/* It ends: nothing is noted any more, unless a newer one did. */
void connect_address_forget(ctx *c, const char *dir, str base);
