// Allocations that fail in runs of phases: the run ends with the right status and leaves nothing behind.
#include "base/context.h"
#include "base/memory.h"
#include "support/folder.h"
#include "support/training.h"

typedef struct scene {
    char folder[TW_TEST_PATH_BYTES], run[TW_TEST_PATH_BYTES];
    const char *method;
} scene;

static tw_status train(tw_context *context, const scene *s) {
    tw_training *training = NULL;
    tw_training_result result;
    tw_training_options options = tw_test_training_options();
    options.data = "moons?examples=12&test=6";
    options.model = "dense 3 relu; dense outputs";
    options.method = s->method;
    options.batch = 6;
    options.epochs = 4;
    options.out = s->run;
    options.force = true;
    tw_status status = tw_training_new(context, &options, &training);
    if (status == TW_OK) status = tw_training_run(training, NULL, &result);
    tw_training_free(training);
    return status;
}

static tw_status resume(tw_context *context, const scene *s) {
    tw_training *training = NULL;
    tw_training_result result;
    tw_status status = tw_training_resume(context, s->run, 5, 0, &training);
    if (status == TW_OK) status = tw_training_run(training, NULL, &result);
    tw_training_free(training);
    return status;
}

// Every call up to 50, then fewer and fewer: thousands of them have the same ways out.
static void sweep(tw_status (*scenario)(tw_context *, const scene *), const scene *s) {
    bool struck = true;
    for (uint64_t nth = 1; struck; nth += 1 + nth / 50) {
        tw_context *context = NULL;
        assert_int_equal(tw_context_new(&context), TW_OK);
        tw_memory_fail_at(context, nth, false);
        tw_status status = scenario(context, s);
        struck = context->memory_fault.strikes != 0;
        if (status != (struck ? TW_NO_MEMORY : TW_OK))
            fail_msg("allocation %d: %s: %s", (int)nth, tw_status_name(status),
                     tw_context_message(context));
        if (tw_context_memory(context).live_bytes != 0)
            fail_msg("allocation %d: %d bytes were left", (int)nth,
                     (int)tw_context_memory(context).live_bytes);
        tw_context_free(context);
    }
}

static void survive(const char *method) {
    scene s = {.method = method};
    tw_test_folder_make(s.folder);
    tw_test_path(s.folder, "run", s.run);
    sweep(train, &s);
    sweep(resume, &s);
    tw_test_folder_remove(s.folder);
}

static void rules_then_a_solver(void **state) {
    (void)state;
    survive("adam for 2; lbfgs:m=2");
}

static void slbfgs_then_products(void **state) {
    (void)state;
    survive("slbfgs:every=1,m=2 for 2; newton_cg");
}

TW_TESTS(rules_then_a_solver, slbfgs_then_products)
