// OPTIONS, a line "----", and rows LABEL INDEX:VALUE ...: no crash; examples are finite; rows read by the
// encoding learned from them give the same examples.
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "fuzz/set.h"

enum { SPEC_BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    size_t rest_count = 0;
    const uint8_t *rest = tw_fuzz_cut(bytes, &count, &rest_count);
    if (rest == NULL) return 0;
    char spec[SPEC_BYTES];
    tw_context *context = tw_fuzz_begin();
    char *options = tw_fuzz_text(bytes, count);
    const char *path = tw_fuzz_file(0, rest, rest_count);
    int length = snprintf(spec, SPEC_BYTES, "libsvm:%s?%s", path, options);
    if (length < SPEC_BYTES) tw_fuzz_open_twice(context, spec);
    if (length < SPEC_BYTES) tw_fuzz_open_cut(context, spec);
    free(options);
    return tw_fuzz_end(context);
}
