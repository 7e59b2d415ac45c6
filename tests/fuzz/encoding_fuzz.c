// Any text as the encoding of a training set, as a checkpoint holds one: no crash; what is read is written
// as text that reads as the same.
#include <string.h>

#include "base/memory.h"
#include "data/encoding.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    tw_context *context = tw_fuzz_begin();
    char *text = tw_fuzz_text(bytes, count), *first = NULL, *second = NULL;
    tw_encoding *encoding = NULL, *copy = NULL, *again = NULL;
    tw_status status = tw_encoding_parse(context, text, &encoding);
    if (status == TW_OK) {
        tw_fuzz_require(tw_encoding_copy(encoding, &copy) == TW_OK);
        tw_fuzz_require(tw_encoding_format(copy, &first) == TW_OK);
        tw_fuzz_require(tw_encoding_parse(context, first, &again) == TW_OK);
        tw_fuzz_require(tw_encoding_format(again, &second) == TW_OK);
        tw_fuzz_require(strcmp(first, second) == 0);
    } else {
        tw_fuzz_require_words(context, status);
    }
    tw_release(first);
    tw_release(second);
    tw_encoding_free(encoding);
    tw_encoding_free(copy);
    tw_encoding_free(again);
    free(text);
    return tw_fuzz_end(context);
}
