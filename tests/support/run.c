// Turns the names and functions of TW_TESTS into cmocka's list.
#include "test.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int tw_test_run(const char *names, void (*const *functions)(void **), size_t count) {
    struct CMUnitTest *tests = calloc(count, sizeof *tests);
    char *copy = strdup(names);
    if (tests == NULL || copy == NULL) abort();
    char *name = strtok(copy, ", \n");
    for (size_t i = 0; i < count && name != NULL; i++) {
        tests[i] = (struct CMUnitTest){.name = name, .test_func = functions[i]};
        name = strtok(NULL, ", \n");
    }
    int failed = _cmocka_run_group_tests("thalweg", tests, count, NULL, NULL);
    free(copy);
    free(tests);
    return failed;
}
