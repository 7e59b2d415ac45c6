// Any text as a method, and what stands behind a line "----" as its parameter groups: no crash; what is
// read can be shown, and has its values at any step.
#include <string.h>

#include "fuzz/fuzz.h"
#include "thalweg/method.h"

static void use(tw_context *context, tw_method *method, const char *groups) {
    static const char *const names[] = {"dense1/weight", "dense1/bias"};
    tw_clock clock = {
        .total_steps = 100, .example_count = 99, .minibatch = 10, .steps_per_epoch = 10};
    tw_clock_set_step(&clock, 7);
    for (int i = 0; i < tw_method_hyperparameter_count(method); i++) {
        tw_hyperparameter one = tw_method_hyperparameter(method, i);
        tw_fuzz_require(*one.name != '\0' && *one.rule != '\0' && *one.expression != '\0');
        tw_method_value(method, one.name, &clock);
    }
    if (groups != NULL) {
        tw_status status = tw_method_override(method, groups);
        if (status != TW_OK) tw_fuzz_require_words(context, status);
    }
    if (tw_method_show_groups(method, names, 2) == NULL) {
        tw_fuzz_require(*tw_context_message(context) != '\0'); // a glob that matches nothing
    }
    tw_fuzz_require(tw_method_show(method, TW_METHOD_TEXT) != NULL);
    tw_fuzz_require(tw_method_show(method, TW_METHOD_LATEX) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    size_t group_count = 0;
    const uint8_t *rest = tw_fuzz_cut(bytes, &count, &group_count);
    char *text = tw_fuzz_text(bytes, count);
    char *groups = rest == NULL ? NULL : tw_fuzz_text(rest, group_count);
    bool names_file = strchr(text, '/') != NULL || strstr(text, ".rule") != NULL;
    tw_context *context = tw_fuzz_begin();
    tw_method *method = NULL, *again = NULL;
    if (!names_file) { // of this machine, which is not what is tested
        tw_status status = tw_method_parse(context, text, &method);
        if (status == TW_OK) {
            tw_fuzz_require(tw_method_parse(context, tw_method_text(method), &again) == TW_OK);
            use(context, method, groups);
        } else {
            tw_fuzz_require_words(context, status);
        }
    }
    tw_method_free(method);
    tw_method_free(again);
    free(groups);
    free(text);
    return tw_fuzz_end(context);
}
