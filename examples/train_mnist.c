// Trains a network on MNIST: train_mnist DIR [EPOCHS]. DIR holds the four IDX files, gzip or not.
#include <stdio.h>
#include <stdlib.h>
#include <thalweg/thalweg.h>

static void print_epoch(const tw_epoch *epoch, void *user) {
    (void)user;
    printf("epoch %llu: training loss %.4f, test error %.2f %%\n", (unsigned long long)epoch->epoch,
           epoch->train_loss, 100.0 * epoch->test_error);
}

static tw_status train(tw_context *context, const char *data, uint64_t epochs) {
    tw_training *training = NULL;
    tw_training_result result;
    tw_training_options options = tw_training_options_default();
    options.data = data;
    options.model = "dense 400 relu; dropout 0.2; dense 400 relu; dense outputs";
    options.method = "clip_norm:c=5 | adam:lr=1e-3";
    options.schedule = "linear";
    options.epochs = epochs;
    tw_status status = tw_training_new(context, &options, &training);
    if (status == TW_OK) fputs(tw_training_description(training), stdout);
    if (status == TW_OK)
        status = tw_training_run(training, &(tw_training_watch){.epoch = print_epoch}, &result);
    if (status == TW_OK) printf("%.0f examples a second\n", result.samples_per_second);
    tw_training_free(training);
    return status;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fputs("usage: train_mnist DIR [EPOCHS]\n", stderr);
        return 2;
    }
    char data[4096];
    snprintf(data, sizeof data, "mnist:%s", argv[1]);
    tw_context *context = NULL;
    if (tw_context_new(&context) != TW_OK) return 3;
    tw_status status = train(context, data, argc > 2 ? strtoull(argv[2], NULL, 10) : 10);
    if (status != TW_OK) fprintf(stderr, "train_mnist: %s\n", tw_context_message(context));
    tw_context_free(context);
    return status != TW_OK;
}
