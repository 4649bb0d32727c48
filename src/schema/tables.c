/* Turns the column lists into const tables. It does NOT know SQL: storage/ does. */
#include "schema/tables.h"

#define ENTITY_FIELD(type, kind, name, flags) { #name, FIELD_##kind, offsetof(type, name), (flags) },
#define ENTITY_DEFINE(LIST, type, table, keys)                                           \
    static const field type##_fields[] = { LIST##_FIELDS(ENTITY_FIELD, type) };          \
    const entity type##_entity = { table, type##_fields, COUNT(type##_fields), keys, sizeof(type) };
ENTITY_LIST(ENTITY_DEFINE)

#define ENTITY_ADDRESS(LIST, type, table, keys) &type##_entity,
const entity *const all_entities[] = { ENTITY_LIST(ENTITY_ADDRESS) };
const size_t n_entities = COUNT(all_entities);
