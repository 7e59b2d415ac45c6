// Trains one network by several methods, from the same weights on the same minibatches, and draws how
// they went: draw_methods FILE.svg DATA MODEL BATCH EPOCHS METHOD...
//
//     draw_methods race.png moons mlp:16 20 10 sgd:lr=0.1 adam:lr=0.01 slbfgs
#include <stdio.h>
#include <stdlib.h>
#include <thalweg/thalweg.h>

enum { EPOCHS_MAX = 200 };

typedef struct curves {
    double epoch[EPOCHS_MAX], loss[EPOCHS_MAX], error[EPOCHS_MAX];
    int64_t count;
} curves;

static void keep(const tw_epoch *epoch, void *user) {
    curves *c = user;
    if (c->count == EPOCHS_MAX) return;
    c->epoch[c->count] = (double)epoch->epoch;
    c->loss[c->count] = epoch->train_loss;
    c->error[c->count] = epoch->test_error;
    c->count++;
}

static tw_status train(tw_context *context, char **argv, const char *method, curves *c) {
    tw_training *training = NULL;
    tw_training_result result;
    tw_training_options options = tw_training_options_default();
    options.data = argv[2];
    options.model = argv[3];
    options.batch = atoi(argv[4]);
    options.epochs = strtoull(argv[5], NULL, 10);
    options.method = method;
    options.eval_train = true; // the whole set after each epoch, as it is then
    tw_status status = tw_training_new(context, &options, &training);
    if (status == TW_OK)
        status = tw_training_run(training, &(tw_training_watch){.epoch = keep, .user = c}, &result);
    tw_training_free(training);
    return status == TW_DIVERGED ? TW_OK : status; // its curve ends
}

int main(int argc, char **argv) {
    static curves all[TW_SERIES_MAX];
    tw_series loss[TW_SERIES_MAX], error[TW_SERIES_MAX];
    int count = argc - 6;
    if (count < 1 || count > TW_SERIES_MAX) {
        fputs("usage: draw_methods FILE.svg DATA MODEL BATCH EPOCHS METHOD...\n", stderr);
        return 2;
    }
    tw_context *context = NULL;
    if (tw_context_new(&context) != TW_OK) return 3;
    tw_status status = tw_plot_check(context, argv[1]);
    for (int i = 0; i < count && status == TW_OK; i++) {
        curves *c = &all[i];
        const char *method = argv[6 + i];
        status = train(context, argv, method, c);
        loss[i] = (tw_series){method, c->epoch, c->loss, c->count, -1};
        error[i] = (tw_series){method, c->epoch, c->error, c->count, -1};
    }
    tw_panel panels[] = {{.title = "Loss",
                          .y_label = "over the training data",
                          .x_label = "epoch",
                          .log_y = true,
                          .series = loss,
                          .series_count = count},
                         {.title = "0-1 error",
                          .y_label = "over the test data",
                          .x_label = "epoch",
                          .log_y = true,
                          .percent = true,
                          .series = error,
                          .series_count = count}};
    if (status == TW_OK) status = tw_plot_save(context, argv[1], argv[2], panels, 2);
    if (status != TW_OK) fprintf(stderr, "draw_methods: %s\n", tw_context_message(context));
    tw_context_free(context);
    return status != TW_OK;
}
