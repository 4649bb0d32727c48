/* The rows of event_kinds.h. */
#include "schema/event_kinds.h"

const event_kind_row event_kinds[EVENT_KINDS] = {
#define X(name, word, weight) [EVENT_##name] = { word, weight },
    EVENT_KIND_LIST(X)
#undef X
};

bool event_kind_find(str word, event_kind *ret_kind) {
    for (size_t i = 0; i < EVENT_KINDS; i++)
        if (str_eq(word, str_of(event_kinds[i].word))) {
            *ret_kind = (event_kind)i;
            return true;
        }
    return false;
}
