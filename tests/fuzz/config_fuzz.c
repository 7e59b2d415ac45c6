// Any text as the options of a run that is resumed: no crash; what is read is written as text that reads
// as the same.
#include <string.h>

#include "base/memory.h"
#include "fuzz/fuzz.h"
#include "train/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    tw_context *context = tw_fuzz_begin();
    char *text = tw_fuzz_text(bytes, count), *first = NULL, *second = NULL;
    tw_run_options options, again = {0};
    tw_status status = tw_run_options_parse(context, "config.json", text, &options);
    if (status == TW_OK) {
        tw_fuzz_require(tw_run_options_format(context, &options, &first) == TW_OK);
        tw_fuzz_require(tw_run_options_parse(context, "again", first, &again) == TW_OK);
        tw_fuzz_require(tw_run_options_format(context, &again, &second) == TW_OK);
        tw_fuzz_require(strcmp(first, second) == 0);
    } else {
        tw_fuzz_require_words(context, status);
    }
    tw_release(first);
    tw_release(second);
    tw_run_options_free(&options);
    tw_run_options_free(&again);
    free(text);
    return tw_fuzz_end(context);
}
