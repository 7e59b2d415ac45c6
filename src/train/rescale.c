// Parameters are not identifiable: a relu unit's inputs scaled up and its outputs down give the same function
// and another gradient (Goodfellow, Bengio and Courville, 2016, section 8.2.2).
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "thalweg/evaluate.h"
#include "train/surface_inside.h"

// The first layer's weights [inputs, units] and biases [units], the next one's weights [units, outputs].
typedef struct hidden_layer {
    tw_objective_part weights, biases, next;
    int64_t inputs, units, outputs;
} hidden_layer;

static bool is_dense(const tw_objective_part *part, const char *kind) {
    const char *slash = strrchr(part->name, '/');
    return strncmp(part->name, "dense", 5) == 0 && slash != NULL && strcmp(slash + 1, kind) == 0;
}

// max(0, x) and its leaky form: f(a x) = a f(x) for positive a.
static bool is_homogeneous(const tw_model *model) {
    if (tw_model_layers(model) < 2) return false;
    const char *text = tw_model_layer(model, 0).text;
    size_t length = strlen(text);
    return strncmp(text, "dense", 5) == 0 && length > 4 && strcmp(text + length - 4, "relu") == 0;
}

static bool find_layer(const tw_surface *s, hidden_layer *layer) {
    if (s->count < 3 || !is_homogeneous(s->options.model)) return false;
    *layer = (hidden_layer){s->parts[0], s->parts[1], s->parts[2], 0, s->parts[1].count, 0};
    if (!is_dense(&layer->weights, "weight") || !is_dense(&layer->biases, "bias") ||
        !is_dense(&layer->next, "weight") || layer->next.count % layer->units != 0)
        return false;
    layer->inputs = layer->weights.count / layer->units;
    layer->outputs = layer->next.count / layer->units;
    return true;
}

// The unit whose outgoing weights are the largest.
static int64_t strongest(const tw_surface *s, const hidden_layer *layer, const void *x) {
    double most = -1.0;
    int64_t found = 0;
    for (int64_t j = 0; j < layer->units; j++) {
        double square = 0.0;
        for (int64_t k = 0; k < layer->outputs; k++) {
            double w = tw_vector_get(&s->space, x, layer->next.first + j * layer->outputs + k);
            square += w * w;
        }
        if (square > most) most = square, found = j;
    }
    return found;
}

static void scale(const tw_surface *s, void *x, int64_t index, double factor) {
    tw_vector_set(&s->space, x, index, factor * tw_vector_get(&s->space, x, index));
}

static void rescale_unit(const tw_surface *s, const hidden_layer *layer, int64_t unit,
                         double factor, void *x) {
    for (int64_t i = 0; i < layer->inputs; i++)
        scale(s, x, layer->weights.first + i * layer->units + unit, factor);
    scale(s, x, layer->biases.first + unit, factor);
    for (int64_t k = 0; k < layer->outputs; k++)
        scale(s, x, layer->next.first + unit * layer->outputs + k, 1.0 / factor);
}

tw_status tw_objective_rescale(tw_objective *objective, const void *x, tw_rescaled *rescaled) {
    const tw_surface *s = tw_surface_of(objective);
    hidden_layer layer;
    if (s == NULL || !find_layer(s, &layer))
        return tw_fail(objective->context, TW_UNSUPPORTED,
                       "rescale: %s does not begin with a dense layer of relu before another",
                       objective->name);
    if (!(rescaled->factor > 0.0) || !isfinite(rescaled->factor))
        return tw_fail(objective->context, TW_BAD_ARGUMENT,
                       "rescale: a factor of %g; a positive number is needed", rescaled->factor);
    size_t n = (size_t)s->space.n;
    double *moved = tw_allocate(s->context, 2 * n, sizeof *moved);
    if (moved == NULL) return TW_NO_MEMORY;
    void *gradient = moved + n;
    memcpy(moved, x, n * tw_dtype_size(s->space.dtype));
    rescale_unit(s, &layer, strongest(s, &layer, x), rescaled->factor, moved);
    tw_status status = tw_objective_evaluate(objective, moved, &rescaled->loss, gradient);
    rescaled->grad_norm = sqrt(tw_vector_dot(&s->space, gradient, gradient));
    tw_release(moved);
    return status;
}
