/* The rows of event_kinds.h. */
#include "schema/event_kinds.h"

const event_kind_row event_kinds[EVENT_KINDS] = {
#define X(name, word, others, weight, flags) [EVENT_##name] = { word, others, weight, flags },
    EVENT_KIND_LIST(X)
#undef X
};

static bool is_among(str word, str words) {
    while (words.n)
        if (str_eq(word, str_cut(&words, ' '))) return true;
    return false;
}

bool event_kind_find(str word, event_kind *ret_kind) {
    for (size_t i = 0; i < EVENT_KINDS; i++)
        if (str_eq(word, str_of(event_kinds[i].word)) || is_among(word, str_of(event_kinds[i].others))) {
            *ret_kind = (event_kind)i;
            return true;
        }
    return false;
}
