/* The table of platforms. */
#include "connect/connect.h"
#include "connect/platforms_int.h"

static const connector *const platforms[] = { &woocommerce_connector, &demo_connector };

const connector *connect_find(str platform) {
    for (size_t i = 0; i < COUNT(platforms); i++)
        if (str_eq(platform, str_of(platforms[i]->platform))) return platforms[i];
    return NULL;
}
