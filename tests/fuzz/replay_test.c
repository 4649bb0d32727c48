/* Every fuzz target over its seeds and over each input that ever broke it. */
#include "tests/test.h"
#include <dirent.h>
#include <stdio.h>
#include "base/file.h"

#define LLVMFuzzerTestOneInput fuzz_csv
#include "fuzz/csv_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_design
#include "fuzz/design_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_dotenv
#include "fuzz/dotenv_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_events
#include "fuzz/events_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_http_request
#include "fuzz/http_request_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_http_server
#include "fuzz/http_server_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_json
#include "fuzz/json_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_model
#include "fuzz/model_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_oauth1
#include "fuzz/oauth1_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_plugin_batch
#include "fuzz/plugin_batch_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_snapshot
#include "fuzz/snapshot_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_text
#include "fuzz/text_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_url
#include "fuzz/url_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_woo_webhook
#include "fuzz/woo_webhook_fuzz.c"
#undef LLVMFuzzerTestOneInput

static const struct { const char *name; int (*run)(const uint8_t *data, size_t size); } targets[] = {
    { "csv", fuzz_csv },
    { "design", fuzz_design },
    { "dotenv", fuzz_dotenv },
    { "events", fuzz_events },
    { "http_request", fuzz_http_request },
    { "http_server", fuzz_http_server },
    { "json", fuzz_json },
    { "model", fuzz_model },
    { "oauth1", fuzz_oauth1 },
    { "plugin_batch", fuzz_plugin_batch },
    { "snapshot", fuzz_snapshot },
    { "text", fuzz_text },
    { "url", fuzz_url },
    { "woo_webhook", fuzz_woo_webhook },
};

/* Feed every file of the folder; how many there were. */
static int replay(const char *folder, int (*run)(const uint8_t *data, size_t size)) {
    DIR *d = opendir(folder);
    int n = 0;
    for (struct dirent *entry; d && (entry = readdir(d));) {
        TEST_CTX(c);
        char path[1024];
        str bytes;
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        assert_ok(c, file_read(c, path, 4 * MIB, &bytes));
        run((const uint8_t *)bytes.p, bytes.n);
        n++;
    }
    if (d) closedir(d);
    return n;
}

TEST(fuzz, every_target_takes_its_seeds_and_all_that_once_broke_it) {
    for (size_t i = 0; i < COUNT(targets); i++) {
        char folder[200];
        snprintf(folder, sizeof folder, "fuzz/seeds/%s", targets[i].name);
        if (replay(folder, targets[i].run) == 0) test_fail("%s holds no seed", folder);
        snprintf(folder, sizeof folder, "fuzz/regression/%s", targets[i].name);
        (void)replay(folder, targets[i].run);               /* most targets never broke */
        targets[i].run((const uint8_t *)"", 0);
    }
}

/* A target that nobody replays would rot. */
TEST(fuzz, every_target_is_replayed) {
    DIR *d = opendir("fuzz");
    assert_non_null(d);
    size_t n = 0;
    for (struct dirent *entry; (entry = readdir(d));) n += str_ends(str_of(entry->d_name), STR("_fuzz.c"));
    closedir(d);
    assert_int_equal(COUNT(targets), n);
}
