// spirals: arms that wind around each other, a class each (after Lang and Witbrock, 1988).
#include <math.h>

#include "data/cloud.h"

static const double pi = 3.14159265358979323846;

static void make(const tw_cloud *cloud, const tw_random *random, int64_t index, float *x,
                 int32_t *label, double *value) {
    const double turns = 1.25;
    (void)value;
    *label = (int32_t)(index % cloud->classes);
    double along = sqrt(tw_random_uniform(random, 0)); // even in length of the arm
    double angle = 2.0 * pi * (turns * along + (double)*label / (double)cloud->classes);
    x[0] = (float)(along * cos(angle) + 0.2 * cloud->noise * tw_random_normal(random, 2));
    x[1] = (float)(along * sin(angle) + 0.2 * cloud->noise * tw_random_normal(random, 3));
}

static tw_status open_spirals(const tw_opening *opening, tw_data **train, tw_data **test) {
    tw_cloud cloud = {.features = 2, .noise = 0.1, .stream = TW_STREAM_SPIRALS, .make = make};
    int64_t classes = 2;
    tw_status status = tw_spec_integer(opening->spec, "classes", 2, 100, &classes);
    if (status == TW_OK) status = tw_spec_number(opening->spec, "noise", 0.0, 100.0, &cloud.noise);
    cloud.classes = (int)classes;
    if (status != TW_OK) return status;
    return tw_cloud_open(opening, &cloud, 2000,
                         "arms of 1.25 turns in the unit disk, a class each; noise in fifths of "
                         "the radius\n",
                         train, test);
}

static const char *const keys[] = {"examples", "test", "classes", "noise", NULL};

const tw_format tw_format_spirals = {
    .about = {.name = "spirals",
              .usage = "spirals[?examples=N&test=N&classes=N&noise=X]",
              .summary = "points on spiral arms, a class an arm"},
    .keys = keys,
    .takes_place = false,
    .open = open_spirals,
};
