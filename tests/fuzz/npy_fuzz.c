// OPTIONS, a line "----", an array X, and perhaps a line "----" and an array Y: no crash; examples are
// finite; arrays read by the encoding learned from them give the same examples.
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "fuzz/set.h"

enum { SPEC_BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    size_t x_count = 0, y_count = 0;
    const uint8_t *x = tw_fuzz_cut(bytes, &count, &x_count);
    if (x == NULL) return 0;
    const uint8_t *y = tw_fuzz_cut(x, &x_count, &y_count);
    char spec[SPEC_BYTES];
    tw_context *context = tw_fuzz_begin();
    char *options = tw_fuzz_text(bytes, count);
    const char *x_path = tw_fuzz_file(0, x, x_count);
    const char *y_path = y == NULL ? "" : tw_fuzz_file(1, y, y_count);
    int length =
        snprintf(spec, SPEC_BYTES, "npy:%s%s%s?%s", x_path, y == NULL ? "" : ",", y_path, options);
    if (length < SPEC_BYTES) tw_fuzz_open_twice(context, spec);
    if (length < SPEC_BYTES) tw_fuzz_open_cut(context, spec);
    free(options);
    return tw_fuzz_end(context);
}
