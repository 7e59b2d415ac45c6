// What the generated sets of points share.
#ifndef TW_DATA_CLOUD_H
#define TW_DATA_CLOUD_H

#include "base/random.h"
#include "data/spec.h"

// Streams of TW_FOR_DATA; even: training, the next: test. The example's number is the step.
enum { TW_STREAM_STROKES = 0, TW_STREAM_SPIRALS = 2, TW_STREAM_MOONS = 4, TW_STREAM_TEACHER = 6 };

typedef struct tw_cloud tw_cloud;

// Makes example `index`, with `random` its own stream: x [features] and the label or the value.
typedef void tw_cloud_function(const tw_cloud *cloud, const tw_random *random, int64_t index,
                               float *x, int32_t *label, double *value);

// A generated set: what it is, and the function that makes an example.
struct tw_cloud {
    int64_t features;
    int classes; // 0: one value instead
    double noise;
    uint32_t stream;
    tw_cloud_function *make;
    const void *model; // of `make`'s own
};

// Reads `examples` (default as given), `test` (a quarter of it), makes both sets and says `words`.
tw_status tw_cloud_open(const tw_opening *opening, const tw_cloud *cloud, int64_t examples,
                        const char *words, tw_data **train, tw_data **test);

#endif
