// OPTIONS, a line "----", a table, and perhaps another line "----" and a table to be read like the first:
// no crash; examples are finite; a table read by the encoding learned from it gives the same examples.
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "fuzz/set.h"

enum { SPEC_BYTES = 4096 };

static void open_like(tw_context *context, const char *spec, const char *other) {
    tw_data *train = NULL, *test = NULL, *data = NULL;
    if (tw_data_open(context, spec, NULL, &train, &test) == TW_OK) {
        tw_status status = tw_data_open_like(context, tw_data_encoding(train), other, NULL, &data);
        if (status == TW_OK)
            tw_fuzz_check_set(data);
        else
            tw_fuzz_require_words(context, status);
    }
    tw_data_free(data);
    tw_data_free(test);
    tw_data_free(train);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    size_t rest_count = 0, other_count = 0;
    const uint8_t *rest = tw_fuzz_cut(bytes, &count, &rest_count);
    if (rest == NULL) return 0;
    const uint8_t *other = tw_fuzz_cut(rest, &rest_count, &other_count);
    char spec[SPEC_BYTES], other_spec[SPEC_BYTES];
    tw_context *context = tw_fuzz_begin();
    char *options = tw_fuzz_text(bytes, count);
    int length =
        snprintf(spec, SPEC_BYTES, "csv:%s?%s", tw_fuzz_file(0, rest, rest_count), options);
    if (length < SPEC_BYTES) tw_fuzz_open_twice(context, spec);
    if (length < SPEC_BYTES) tw_fuzz_open_cut(context, spec);
    if (length < SPEC_BYTES && other != NULL) {
        snprintf(other_spec, SPEC_BYTES, "csv:%s", tw_fuzz_file(1, other, other_count));
        open_like(context, spec, other_spec);
    }
    free(options);
    return tw_fuzz_end(context);
}
