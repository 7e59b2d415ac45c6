// teacher: normal inputs, answered by a fixed random network, tanh(x W + b) V: its value plus noise, or
// the largest of several outputs as the class. A student of the same shape can reach the noise.
#include <assert.h>
#include <math.h>

#include "base/memory.h"
#include "data/cloud.h"

typedef struct network {
    int64_t features, hidden, outputs;
    double *weights; // W [features, hidden], b [hidden], V [hidden, outputs]
} network;

// W with deviation 1.5/sqrt(features): the units bend; V with 1/sqrt(hidden): outputs are about 1.
static tw_status make_network(const tw_opening *opening, network *teacher) {
    const tw_random random = {opening->seed, TW_FOR_DATA, TW_STREAM_TEACHER + 2, 0};
    int64_t first = teacher->features * teacher->hidden, bias = first + teacher->hidden;
    int64_t count = bias + teacher->hidden * teacher->outputs;
    teacher->weights = tw_allocate(opening->context, (size_t)count, sizeof(double));
    if (teacher->weights == NULL) return TW_NO_MEMORY;
    double in = 1.5 / sqrt((double)teacher->features), out = 1.0 / sqrt((double)teacher->hidden);
    for (int64_t i = 0; i < count; i++) {
        double deviation = i < first ? in : i < bias ? 0.5 : out;
        teacher->weights[i] = deviation * tw_random_normal(&random, (uint64_t)i);
    }
    return TW_OK;
}

static double hidden_unit(const network *teacher, const float *x, int64_t unit) {
    double sum = teacher->weights[teacher->features * teacher->hidden + unit];
    for (int64_t i = 0; i < teacher->features; i++) {
        sum += (double)x[i] * teacher->weights[i * teacher->hidden + unit];
    }
    return tanh(sum);
}

static void make(const tw_cloud *cloud, const tw_random *random, int64_t index, float *x,
                 int32_t *label, double *value) {
    enum { OUTPUTS_MAX = 100 };

    const network *teacher = cloud->model;
    double outputs[OUTPUTS_MAX] = {0};
    (void)index;
    assert(teacher->outputs <= OUTPUTS_MAX);
    for (int64_t i = 0; i < teacher->features; i++) {
        x[i] = (float)tw_random_normal(random, (uint64_t)i);
    }
    const double *v = teacher->weights + (teacher->features + 1) * teacher->hidden;
    for (int64_t unit = 0; unit < teacher->hidden; unit++) {
        double active = hidden_unit(teacher, x, unit);
        for (int64_t k = 0; k < teacher->outputs; k++) {
            outputs[k] += active * v[unit * teacher->outputs + k];
        }
    }
    uint64_t next = (uint64_t)(teacher->features + 1) & ~UINT64_C(1);
    for (int64_t k = 0; k < teacher->outputs; k++) {
        outputs[k] += cloud->noise * tw_random_normal(random, next + (uint64_t)k);
        if (outputs[k] > outputs[*label]) *label = (int32_t)k;
    }
    *value = outputs[0];
}

static tw_status open_teacher(const tw_opening *opening, tw_data **train, tw_data **test) {
    network teacher = {.features = 16, .hidden = 32};
    tw_cloud cloud = {.noise = 0.05, .stream = TW_STREAM_TEACHER, .make = make, .model = &teacher};
    const tw_spec *spec = opening->spec;
    int64_t classes = 0;
    tw_status status = tw_spec_integer(spec, "features", 1, 10000, &teacher.features);
    if (status == TW_OK) status = tw_spec_integer(spec, "hidden", 1, 10000, &teacher.hidden);
    if (status == TW_OK) status = tw_spec_integer(spec, "classes", 0, 100, &classes);
    if (status == TW_OK) status = tw_spec_number(spec, "noise", 0.0, 100.0, &cloud.noise);
    if (status == TW_OK && classes == 1) {
        status = tw_fail(opening->context, TW_BAD_ARGUMENT,
                         "data '%s': one class leaves nothing to learn; 0 (a value) or 2 to 100",
                         spec->text);
    }
    teacher.outputs = classes == 0 ? 1 : classes;
    cloud.classes = (int)classes;
    cloud.features = teacher.features;
    if (status == TW_OK) status = make_network(opening, &teacher);
    if (status == TW_OK) {
        status = tw_cloud_open(opening, &cloud, 4000,
                               "normal inputs, answered by a fixed random network with one hidden "
                               "layer of tanh\n",
                               train, test);
    }
    tw_release(teacher.weights);
    return status;
}

static const char *const keys[] = {"examples", "test",  "features", "hidden",
                                   "classes",  "noise", NULL};

const tw_format tw_format_teacher = {
    .about = {.name = "teacher",
              .usage = "teacher[?examples=N&test=N&features=N&hidden=N&classes=N&noise=X]",
              .summary = "answers of a fixed random network: values, or classes if classes=N"},
    .keys = keys,
    .takes_place = false,
    .open = open_teacher,
};
