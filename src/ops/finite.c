// finite: x unchanged. An element that is infinite or not a number ends the run before any update.
#include "ops/op.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CHUNK ((int64_t)1 << 14)

enum { COUNT };

static tw_status shape(const tw_op_shapes *s) {
    if (s->in_dtype[0] == TW_I32) {
        return tw_graph_fail(s->graph, TW_BAD_SHAPE, "finite: whole numbers always are");
    }
    *s->out = *s->in[0];
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    d->d_in[0] = d->d_out;
}

static void prepare(tw_kernel *kernel) {
    int64_t count = tw_shape_elements(&kernel->out_shape);
    kernel->size[COUNT] = count;
    kernel->chunk_count = (count + CHUNK - 1) / CHUNK;
    kernel->chunk_ns = 20.0 + (double)(count < CHUNK ? count : CHUNK);
}

static double element(const tw_kernel *kernel, int64_t i) {
    return kernel->in_dtype[0] == TW_F32 ? (double)((const float *)kernel->in[0])[i]
                                         : ((const double *)kernel->in[0])[i];
}

static void chunk(const tw_kernel *kernel, int64_t number) {
    int64_t first = number * CHUNK, end = first + CHUNK;
    if (end > kernel->size[COUNT]) end = kernel->size[COUNT];
    size_t size = tw_dtype_size(kernel->in_dtype[0]);
    memcpy((char *)kernel->out + (size_t)first * size,
           (const char *)kernel->in[0] + (size_t)first * size, (size_t)(end - first) * size);
    for (int64_t i = first; i < end; i++) {
        if (isfinite(element(kernel, i))) continue;
        tw_kernel_fault(kernel, i + 1);
        return;
    }
}

static void explain(const tw_kernel *kernel, int64_t fault, char *message, size_t bytes) {
    snprintf(message, bytes, "finite: element %lld is %s", (long long)(fault - 1),
             isnan(element(kernel, fault - 1)) ? "not a number" : "infinite");
}

static const tw_op op = {
    .name = "finite",
    .inputs = 1,
    .shape = shape,
    .gradient = gradient,
    .prepare = prepare,
    .chunk = chunk,
    .explain = explain,
    .fault_status = TW_DIVERGED,
};

tw_node tw_finite(tw_graph *graph, tw_node x) {
    return tw_graph_add(graph, &op, &x, 1, NULL);
}
