// Any text as a data spec: no crash; what generates examples gives finite ones.
#include <string.h>

#include "base/memory.h"
#include "data/spec.h"
#include "fuzz/fuzz.h"
#include "fuzz/set.h"

static void read_all(const tw_spec *spec) {
    static const char *const words[] = {"yes", "no"}, *const known[] = {"seed", "noise", NULL};
    char *first = NULL, *second = NULL;
    int64_t whole = 5;
    double number = 0.5;
    int word = 0;
    tw_status status = tw_spec_integer(spec, "examples", 1, 10, &whole);
    tw_fuzz_require(whole >= 1 && whole <= 10);
    if (status != TW_OK) tw_fuzz_require_words(spec->context, status);
    status = tw_spec_number(spec, "noise", 0.0, 1.0, &number);
    tw_fuzz_require(number >= 0.0 && number <= 1.0);
    status = tw_spec_word(spec, "header", words, 2, &word);
    tw_fuzz_require(word >= 0 && word < 2);
    status = tw_spec_check(spec, known);
    if (status != TW_OK) tw_fuzz_require_words(spec->context, status);
    status = tw_spec_two_paths(spec, &first, &second);
    tw_fuzz_require((status == TW_OK) == (first != NULL));
    tw_release(first);
    tw_release(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    tw_context *context = tw_fuzz_begin();
    char *text = tw_fuzz_text(bytes, count);
    tw_spec spec;
    tw_context_set_memory_limit(context, 1 << 16); // small sets are made soon
    tw_status status = tw_spec_parse(context, text, &spec);
    bool has_place = spec.place != NULL && *spec.place != '\0';
    if (status == TW_OK)
        read_all(&spec);
    else
        tw_fuzz_require_words(context, status);
    tw_spec_free(&spec);
    if (!has_place) tw_fuzz_open_twice(context, text); // no file of this machine is read
    free(text);
    return tw_fuzz_end(context);
}
