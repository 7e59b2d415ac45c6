// How fast this machine is, and how near thalweg comes to its limits. Each measurement takes turns with that of its
// limit, since the speed of a shared machine varies; the fraction given is the median of their ratios.
//
//     tw_bench_limits(context, print_limit, NULL);            // bandwidth, matrix product
//     tw_bench_update_options options = tw_bench_update_options_default();
//     options.method = "adam";
//     tw_bench_update update;
//     tw_bench_run_update(context, &options, &update);        // one update against a plain loop
//
// All of them compute on tw_context_threads threads. docs/performance.md has results.
#ifndef THALWEG_BENCH_H
#define THALWEG_BENCH_H

#include "thalweg/context.h"
#include "thalweg/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

// A limit of this machine. Strings are valid for ever.
typedef struct tw_bench_limit {
    const char
        *name; // "read", "copy", "triad", "update", "adam_traffic", "matrix_product_f32", ...
    int threads;
    double value;
    const char *unit; // "GB/s" of the loop's own loads and stores, or "GFLOP/s"
} tw_bench_limit;

typedef void tw_bench_limit_function(const tw_bench_limit *limit, void *user);

// Measures plain loops over arrays of 256 MiB and square matrix products, on one thread and on all of
// the context's; `function` is called for each. Takes seconds and 1 GiB. Errors: TW_NO_MEMORY.
TW_API tw_status tw_bench_limits(tw_context *context, tw_bench_limit_function *function,
                                 void *user);

typedef struct tw_bench_update_options {
    const char *method;      // method.h; a chain or a rule file too. Default "adam".
    tw_dtype precision;      // Default TW_F32.
    int64_t parameter_count; // Default 1,000,000.
    int64_t tensor_count;    // tensors of equal size that the parameters are split into. Default 1.
} tw_bench_update_options;

// The defaults, said beside each field.
TW_API tw_bench_update_options tw_bench_update_options_default(void);

typedef struct tw_bench_update {
    double seconds; // of a whole update: median
    // Of a loop that reads and writes the same arrays without arithmetic: median.
    double limit_seconds;
    double fraction; // limit_seconds/seconds: median of the ratios of neighbouring measurements
    double bytes;    // that an update must read and write by the method's equations
} tw_bench_update;

// Measures one update of all parameters, with gradients that are already in memory. If a rule looks ahead,
// computing its look-ahead point belongs to the forward pass and is not measured. Errors: those of the
// method; TW_BAD_ARGUMENT for counts that are not positive or more tensors than parameters; TW_NO_MEMORY.
TW_API tw_status tw_bench_run_update(tw_context *context, const tw_bench_update_options *options,
                                     tw_bench_update *update);

typedef struct tw_bench_training_options {
    const char *model;  // model.h. Default "mlp:512,512".
    const char *method; // method.h. Default "adam".
    tw_dtype precision; // Default TW_F32.
    int64_t batch;      // examples a step. Default 128.
} tw_bench_training_options;

// The defaults, said beside each field.
TW_API tw_bench_training_options tw_bench_training_options_default(void);

typedef struct tw_bench_training {
    double samples_per_second;
    // If a step consisted of its matrix products and one update alone.
    double limit_samples_per_second;
    double fraction; // samples_per_second/limit_samples_per_second: median of the rounds' ratios
} tw_bench_training;

// Measures whole training steps, minibatches and all, on noise shaped as MNIST (60,000 pictures of
// 28 x 28, 10 classes), and in turns with them each product of the step alone and an update alone.
// Errors: the model's, the method's; TW_DIVERGED; TW_NO_MEMORY.
TW_API tw_status tw_bench_run_training(tw_context *context,
                                       const tw_bench_training_options *options,
                                       tw_bench_training *result);

#ifdef __cplusplus
}
#endif

#endif
