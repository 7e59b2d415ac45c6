// Training inside a program's own loop, on examples that the program makes itself: which of two springs
// swings faster, from eight measured positions of each. No file, no thread and no output of the
// library's; the host decides when a step is made, when to look, and when it has seen enough.
#include <math.h>
#include <stdio.h>
#include <thalweg/thalweg.h>

enum { POSITIONS = 8, TRAIN = 4000, TEST = 1000 };

typedef struct springs {
    int64_t first; // the test set follows the training set in the same endless row of examples
} springs;

// A number in [0, 1) that depends on the example and the purpose alone: the same for the same rows.
static double chance(int64_t example, int64_t purpose) {
    uint64_t z = (uint64_t)example * 0x9E3779B97F4A7C15U + (uint64_t)purpose * 0xD1B54A32D192ED03U;
    z = (z ^ (z >> 32)) * 0xBF58476D1CE4E5B9U;
    return (double)((z ^ (z >> 29)) >> 11) * 0x1p-53;
}

static tw_status make_examples(const tw_data_request *request, void *user) {
    const springs *host = user;
    float *x = request->x;
    int32_t *target = request->targets;
    for (int64_t i = 0; i < request->count; i++) {
        int64_t example = host->first + request->rows[i];
        double rate[2] = {0.5 + chance(example, 0), 0.5 + chance(example, 1)};
        for (int k = 0; x != NULL && k < 2 * POSITIONS; k++)
            x[i * 2 * POSITIONS + k] = (float)cos(rate[k / POSITIONS] * (k % POSITIONS));
        if (target != NULL) target[i] = rate[1] > rate[0];
    }
    return TW_OK;
}

// The host's loop: one update at a time, until the springs are told apart well enough.
static tw_status run(tw_training *training) {
    tw_status status = TW_OK;
    while (status == TW_OK && !tw_training_done(training)) {
        tw_progress progress;
        tw_epoch epoch;
        bool ended;
        status = tw_training_step(training, &progress, &ended, &epoch);
        if (status != TW_OK || !ended) continue;
        printf("after %3llu steps: loss %.4f, test error %.1f %%\n",
               (unsigned long long)progress.step, epoch.train_loss, 100.0 * epoch.test_error);
        if (epoch.test_error < 0.005) break;
    }
    return status;
}

int main(void) {
    tw_context *context = NULL;
    tw_data *train = NULL, *test = NULL;
    tw_training *training = NULL;
    springs for_training = {0}, for_test = {TRAIN};
    if (tw_context_new(&context) != TW_OK) return 3;
    tw_data_form form = tw_data_form_default();
    form.shape = TW_SHAPE(2 * POSITIONS);
    form.classes = 2;
    form.count = TRAIN;
    tw_status status = tw_data_from_function(context, &form, make_examples, &for_training, &train);
    form.count = TEST;
    if (status == TW_OK)
        status = tw_data_from_function(context, &form, make_examples, &for_test, &test);
    tw_training_options options = tw_training_options_default();
    options.train_set = train;
    options.test_set = test;
    options.model = "mlp:32";
    options.method = "adam:lr=0.01";
    options.epochs = 20;
    if (status == TW_OK) status = tw_training_new(context, &options, &training);
    if (status == TW_OK) status = run(training);
    float scores[2]; // of the first test example, as the last layer gives them
    float x[2 * POSITIONS];
    tw_data_request request = {(int64_t[]){0}, 1, TW_F32, x, NULL};
    if (status == TW_OK) status = tw_data_fetch(test, &request);
    if (status == TW_OK) status = tw_training_predict(training, x, 1, scores);
    if (status == TW_OK)
        printf("the %s spring of the first pair swings faster\n",
               scores[1] > scores[0] ? "second" : "first");
    if (status != TW_OK) fprintf(stderr, "host_loop: %s\n", tw_context_message(context));
    tw_training_free(training); // before the sets that it reads
    tw_data_free(test);
    tw_data_free(train);
    tw_context_free(context);
    return status != TW_OK;
}
