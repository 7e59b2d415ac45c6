// Any text as a rule: no crash; one that is right takes steps.
#include "fuzz/fuzz.h"
#include "thalweg/method.h"

static tw_status see(const tw_method_step *step, void *user) {
    (void)user;
    tw_fuzz_require(step->n == 3 && step->t >= 1 && step->t <= 2);
    return TW_OK;
}

static void take_steps(tw_context *context, const char *path) {
    static const double theta[] = {1.0, -2.0, 0.0}, gradients[] = {0.5, 0.0, -3.0, 1e-3, 2.0, -1.0};
    tw_method *method = NULL;
    tw_status status = tw_method_parse(context, path, &method);
    if (status == TW_OK) {
        tw_method_feed feed = {TW_F32, theta, 3, gradients, 2, 1};
        status = tw_method_trace(method, &feed, see, NULL);
    }
    if (status != TW_OK) tw_fuzz_require_words(context, status);
    tw_method_free(method);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    tw_context *context = tw_fuzz_begin();
    char *text = tw_fuzz_text(bytes, count);
    tw_status status = tw_rule_check(context, "fuzz", text);
    if (status == TW_OK)
        take_steps(context, tw_fuzz_file(0, bytes, count));
    else
        tw_fuzz_require_words(context, status);
    free(text);
    return tw_fuzz_end(context);
}
