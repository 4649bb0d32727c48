/* Runs every registered test whose name holds argv[1] (all without one). Output: TAP. */
#include "tests/test.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_TESTS = 4096 };
static struct CMUnitTest tests[MOST_TESTS];
static size_t n_tests;

void test_register(const char *name, test_body *body) {
    if (n_tests == MOST_TESTS) abort();
    tests[n_tests++] = (struct CMUnitTest){ .name = name, .test_func = body };
}

const char *test_shared(const char *below) {
    static char path[1024];
    const char *root = getenv("VITRINE_SHARED");
    snprintf(path, sizeof path, "%s/%s", root ? root : "../shared", below);
    return access(path, R_OK) == 0 ? path : NULL;
}

static char folder_root[64];

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *f) {
    (void)s, (void)kind, (void)f;                           /* nftw's signature */
    return remove(path);
}

static void remove_folders(void) {
    if (folder_root[0]) nftw(folder_root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_folder(void) {
    static char path[96];
    static int n;
    if (!folder_root[0]) {
        snprintf(folder_root, sizeof folder_root, "/tmp/vitrine-test-XXXXXX");
        if (!mkdtemp(folder_root)) abort();
        atexit(remove_folders);
    }
    snprintf(path, sizeof path, "%s/%d", folder_root, n++);
    if (mkdir(path, 0700) != 0) abort();
    return path;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct CMUnitTest *)a)->name, ((const struct CMUnitTest *)b)->name);
}

int main(int argc, char **argv) {
    size_t kept = 0;
    for (size_t i = 0; i < n_tests; i++)
        if (argc < 2 || strstr(tests[i].name, argv[1])) tests[kept++] = tests[i];
    qsort(tests, kept, sizeof *tests, by_name);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return _cmocka_run_group_tests("vitrine", tests, kept, NULL, NULL) != 0;
}
