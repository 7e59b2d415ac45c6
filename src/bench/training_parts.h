// A training taken apart: whole steps with their minibatches, on noise shaped as MNIST (60,000 pictures of 28 x 28, 10
// classes), and alone what no step can do without, an update of all parameters and each matrix product.
#ifndef TW_BENCH_TRAINING_PARTS_H
#define TW_BENCH_TRAINING_PARTS_H

#include "bench/timing.h"
#include "bench/update.h"
#include "tensor/matrix_product.h"
#include "thalweg/bench.h"
#include "thalweg/train.h"

typedef struct tw_bench_product {
    tw_matrix_product product;
    int uses; // in a step
    void *a, *b, *c;
} tw_bench_product;

typedef struct tw_bench_parts {
    tw_context *context;
    const tw_bench_training_options *options;
    uint8_t *x;
    int32_t *labels;
    tw_data *data;
    tw_training *training;
    tw_bench_subject update;
    tw_bench_product *products;
    int product_count;
} tw_bench_parts;

// Builds and plans. `options` is borrowed: valid until the parts are closed. Close `parts` even on failure. Errors: the
// model's, the method's; TW_NO_MEMORY.
tw_status tw_bench_parts_open(tw_context *context, const tw_bench_training_options *options,
                              tw_bench_parts *parts);
void tw_bench_parts_close(tw_bench_parts *parts);

// What is measured in turns: a step, an update, and each of the products.
enum { TW_BENCH_STEP, TW_BENCH_UPDATE, TW_BENCH_FIRST_PRODUCT };

// Fills sides [TW_BENCH_FIRST_PRODUCT + product_count], which refer to `parts`.
void tw_bench_parts_sides(tw_bench_parts *parts, tw_bench_side *sides);

// The time of what a step cannot do without, in one round: the update, and each product as often as a step does it.
double tw_bench_parts_limit(const tw_bench_parts *parts, const tw_bench_side *update,
                            const tw_bench_side *products, int round);

#endif
