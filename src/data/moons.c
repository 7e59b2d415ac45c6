// moons: two half circles that reach into each other.
#include <math.h>

#include "data/cloud.h"

static const double pi = 3.14159265358979323846;

static void make(const tw_cloud *cloud, const tw_random *random, int64_t index, float *x,
                 int32_t *label, double *value) {
    (void)value;
    *label = (int32_t)(index % 2);
    double angle = pi * tw_random_uniform(random, 0);
    double x0 = *label == 0 ? cos(angle) : 1.0 - cos(angle);
    double x1 = *label == 0 ? sin(angle) : 0.5 - sin(angle);
    x[0] = (float)(x0 + cloud->noise * tw_random_normal(random, 2));
    x[1] = (float)(x1 + cloud->noise * tw_random_normal(random, 3));
}

static tw_status open_moons(const tw_opening *opening, tw_data **train, tw_data **test) {
    tw_cloud cloud = {
        .features = 2, .classes = 2, .noise = 0.1, .stream = TW_STREAM_MOONS, .make = make};
    tw_status status = tw_spec_number(opening->spec, "noise", 0.0, 100.0, &cloud.noise);
    if (status != TW_OK) return status;
    return tw_cloud_open(opening, &cloud, 2000, "two half circles of radius 1\n", train, test);
}

static const char *const keys[] = {"examples", "test", "noise", NULL};

const tw_format tw_format_moons = {
    .about = {.name = "moons",
              .usage = "moons[?examples=N&test=N&noise=X]",
              .summary = "points on two half circles, 2 classes"},
    .keys = keys,
    .takes_place = false,
    .open = open_moons,
};
