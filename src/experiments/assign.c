/* Hashes to buckets and arms; see assign.h. It does NOT know experiments: experiment.c does. */
#include "experiments/assign.h"
#include <math.h>
#include "base/map.h"

static uint64_t hash_of(int64_t store_id, str salt, str arm, str person) {
    uint64_t h = hash_bytes(&store_id, sizeof store_id, UINT64_C(0x7669747269));
    h = hash_bytes(salt.p, salt.n, h);
    h = hash_bytes(arm.p, arm.n, h ^ salt.n);               /* lengths between: "ab" + "c" is not "a" + "bc" */
    return hash_bytes(person.p, person.n, h ^ (arm.n << 32));
}

uint32_t assign_bucket(int64_t store_id, str salt, str person) {
    uint64_t high = hash_of(store_id, salt, STR("bucket"), person) >> 32;
    return (uint32_t)(high * ASSIGN_BUCKETS >> 32);
}

bool assign_is_held_out(int64_t store_id, str person, double share_0_1) {
    return assign_bucket(store_id, STR("hold-out"), person) < (uint32_t)lround(share_0_1 * ASSIGN_BUCKETS);
}

/* Uniform in (0, 1): never 0, whose logarithm is infinite. */
static double unit_of(uint64_t h) { return ((double)(h >> 11) + 0.5) * 0x1p-53; }

size_t assign_arm(int64_t store_id, str salt, str person, const str *names, const double *shares, size_t n) {
    size_t best = 0;
    double least = INFINITY;
    for (size_t k = 0; k < n; k++) {
        if (!(shares[k] > 0)) continue;
        double key = -log(unit_of(hash_of(store_id, salt, names[k], person))) / shares[k];
        if (key < least) least = key, best = k;
    }
    return best;
}
