// Any text as a function: no crash; one that is right has a value and derivatives.
#include <string.h>

#include "fuzz/fuzz.h"
#include "objective/parsed.h"

enum { N_MAX = 8 };

static void evaluate(tw_objective *objective) {
    double x[N_MAX], gradient[N_MAX], hessian[N_MAX * N_MAX], value;
    int64_t n = tw_objective_describe(objective).dimension;
    if (n > N_MAX) return;
    for (int64_t i = 0; i < n; i++) x[i] = 0.3 + 0.4 * (double)i;
    tw_status status = tw_objective_evaluate(objective, x, &value, NULL);
    if (status == TW_OK) status = tw_objective_evaluate(objective, x, &value, gradient);
    if (status == TW_OK) status = tw_objective_hessian(objective, x, hessian);
    tw_fuzz_require(status == TW_OK || status == TW_NO_MEMORY);
}

// Statements if it begins like a file, else an expression of four variables.
static tw_status parse(tw_context *context, const tw_source *source, tw_objective **objective) {
    tw_objective_options options = tw_objective_options_default();
    tw_objective_text *text = NULL;
    tw_status status;
    bool is_file = source->text[0] == '#' || strncmp(source->text, "objective", 9) == 0;
    options.dimension = is_file ? 0 : 4;
    status = is_file ? tw_objective_text_file(context, source, &text)
                     : tw_objective_text_expression(context, source, &text);
    if (status == TW_OK) status = tw_objective_text_resolve(text, &options, NULL);
    if (status == TW_OK) return tw_objective_of_text(text, TW_F64, objective);
    tw_objective_text_free(text);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    tw_context *context = tw_fuzz_begin();
    char *text = tw_fuzz_text(bytes, count);
    tw_source source = {"fuzz", text, count};
    tw_objective *objective = NULL;
    tw_status status = parse(context, &source, &objective);
    if (status == TW_OK)
        evaluate(objective);
    else
        tw_fuzz_require(*tw_context_message(context) != '\0');
    tw_objective_free(objective);
    free(text);
    return tw_fuzz_end(context);
}
