// Any text as an initialiser: no crash; what is read is written as text that reads as the same; what it
// fills is finite.
#include <math.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "thalweg/init.h"

static void fill(tw_context *context, const tw_initialiser *initialiser, tw_shape shape) {
    tw_tensor *tensor = NULL;
    tw_fuzz_require(tw_tensor_new(context, TW_F64, &shape, &tensor) == TW_OK);
    tw_status status = tw_initialiser_fill(context, initialiser, tensor, 1, 2);
    if (status != TW_OK) tw_fuzz_require_words(context, status);
    for (int64_t i = 0; i < tw_tensor_elements(tensor); i++) {
        tw_fuzz_require(!isnan(tw_tensor_get(tensor, i)));
    }
    tw_tensor_free(tensor);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    tw_context *context = tw_fuzz_begin();
    char *text = tw_fuzz_text(bytes, count);
    tw_initialiser *initialiser = NULL, *again = NULL;
    tw_status status = tw_initialiser_parse(context, text, &initialiser);
    if (status == TW_OK) {
        const char *first = tw_initialiser_text(initialiser);
        tw_fuzz_require(tw_initialiser_parse(context, first, &again) == TW_OK);
        tw_fuzz_require(strcmp(first, tw_initialiser_text(again)) == 0);
        fill(context, initialiser, (tw_shape){2, {5, 3}});
        fill(context, initialiser, (tw_shape){1, {4}});
    } else {
        tw_fuzz_require_words(context, status);
    }
    tw_initialiser_free(initialiser);
    tw_initialiser_free(again);
    free(text);
    return tw_fuzz_end(context);
}
