// Results are the same bits on every machine that has fused multiply-adds, with any number of threads: the losses
// below were written down once, on x86-64 with AVX2, and hold on 64-bit ARM too.
#include <stdio.h>

#include "support/training.h"

typedef struct written {
    const char *model, *method;
    tw_dtype precision;
    double loss; // of the test set, after two epochs
} written;

static const written all[] = {
    {"dense 24 relu; dropout 0.5; dense outputs", "clip_norm | adam", TW_F32, 0x1.0c1a26p+1},
    {"dense 24 gelu; dense outputs", "nag:lr=0.05", TW_F32, 0x1.0e3dfp+0},
    {"dense 24 tanh; dense outputs", "santa_sss:lr=1e-3", TW_F64, 0x1.124403df56264p+1},
    {"dense 24 softplus; dense outputs", "adam for 1; lbfgs", TW_F64, 0x1.0793e0258f12cp+1},
};

static double loss_of(tw_context *context, const written *run) {
    tw_training_options options = tw_training_options_default();
    options.data = "strokes?examples=600&test=200";
    options.model = run->model;
    options.method = run->method;
    options.precision = run->precision;
    options.batch = 64;
    options.epochs = 2;
    return tw_test_train(context, &options).test_loss;
}

static void losses_are_those_written_down(void **state) {
    (void)state;
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("fma")) skip(); // SLEEF's functions are others there
#endif
    tw_context *context;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (int threads = 1; threads <= 3; threads++) {
            tw_context_set_threads(context, threads);
            double loss = loss_of(context, &all[i]);
            if (loss != all[i].loss)
                fail_msg("%s, %s: %a, not %a", all[i].model, all[i].method, loss, all[i].loss);
        }
    tw_context_free(context);
}

TW_TESTS(losses_are_those_written_down)
