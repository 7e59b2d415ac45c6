// A network trained in ten lines: the built-in digits, the built-in optimizer, a rate that falls.
#include <stdio.h>
#include <thalweg/thalweg.h>

int main(void) {
    tw_context *context;
    tw_training *training;
    tw_training_result result;
    tw_training_options options = tw_training_options_default(); // strokes, mlp:128, adam
    options.schedule = "linear";
    options.epochs = 5;
    if (tw_context_new(&context) != TW_OK) return 1;
    tw_status status = tw_training_new(context, &options, &training);
    if (status == TW_OK) status = tw_training_run(training, NULL, &result);
    if (status == TW_OK) printf("%.2f %% of the test digits wrong\n", 100 * result.test_error);
    if (status != TW_OK) fprintf(stderr, "%s\n", tw_context_message(context));
    tw_training_free(training);
    tw_context_free(context);
    return status != TW_OK;
}
