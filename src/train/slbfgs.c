#include "train/slbfgs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/keys.h"
#include "base/memory.h"
#include "tensor/vector.h"
#include "train/surface.h"

#define PAIRS_MAX 50
#define SLOTS_MAX (PAIRS_MAX + 1)

enum { KEY_LR, KEY_TAU, KEY_M, KEY_EVERY, KEY_CURVATURE, KEY_NAIVE, KEY_COUNT };

static const tw_key keys[KEY_COUNT] = {
    {"lr", 0.1, "learning rate", NULL},
    {"tau", 0, "the rate is lr/(1 + t/tau); 0: it stays", NULL},
    {"m", 10, "pairs of steps and gradient changes kept", NULL},
    {"every", 20, "steps between two pairs", NULL},
    {"curvature", 512, "examples that a gradient change is measured on", NULL},
    {"naive", 0, "1: pairs from consecutive minibatches, each with its own noise; to see it fail",
     NULL},
};

static const tw_keyed keyed = {"method", "slbfgs", keys, KEY_COUNT};

#define SHORTEST 1e-12   // a step below it tells nothing
#define LEAST_SHARE 0.3  // of the usual curvature, which a pair is lifted to
#define LONGEST_RATIO 10 // of a direction to the gradient
#define LOOKS_MAX 20     // along one step

// What the next step depends on, besides vectors; doubles, as checkpoints hold them.
typedef struct slbfgs_numbers {
    double pairs;            // kept
    double next;             // slot of the next one
    double averages;         // windows of steps whose points were averaged
    double ratio[SLOTS_MAX]; // s'y/s's by slot, as measured; 0 where it was negative
    double scale[SLOTS_MAX]; // s'y/y'y by slot
    double gradient_norm;
} slbfgs_numbers;

struct tw_slbfgs {
    tw_context *context;
    tw_objective *surface;
    tw_vector_space space;
    double key[KEY_COUNT];
    int64_t batch;
    tw_variables *variables;
    slbfgs_numbers *at;
    void *x, *gradient;
    void *average;   // of the points of this window of steps so far
    void *before;    // the average of the window before; naive: the gradient of the step before
    void *direction; // once it is gone, the step itself
    void *step[SLOTS_MAX], *change[SLOTS_MAX];
    int slots;     // m + 1: one is free
    void *scratch; // a gradient
};

// ---- its text

bool tw_slbfgs_is_named(const char *text) {
    text += strspn(text, " ");
    return strncmp(text, "slbfgs", 6) == 0 && (text[6] == '\0' || text[6] == ':');
}

static bool is_whole(double value, double least, double most) {
    return value >= least && value <= most && value == floor(value);
}

static const char *check(const double *key) {
    if (!(key[KEY_LR] > 0 && isfinite(key[KEY_LR]))) return "lr is above 0";
    if (!(key[KEY_TAU] >= 0 && isfinite(key[KEY_TAU]))) return "tau is 0 or more";
    if (!is_whole(key[KEY_M], 1, PAIRS_MAX))
        return "m is a whole number from 1 to " TW_DIGITS(PAIRS_MAX);
    if (!is_whole(key[KEY_EVERY], 1, 1e9)) return "every is a whole number from 1";
    if (!is_whole(key[KEY_CURVATURE], 1, 1e15)) return "curvature is a whole number from 1";
    return is_whole(key[KEY_NAIVE], 0, 1) ? NULL : "naive is 0 or 1";
}

static tw_status read_keys(tw_context *context, const char *text, double *key) {
    text += strspn(text, " ");
    tw_status status = tw_keys_read(context, &keyed, text[6] == ':' ? text + 7 : NULL, key);
    const char *wrong = status == TW_OK ? check(key) : NULL;
    return wrong == NULL ? status : tw_fail(context, TW_BAD_ARGUMENT, "method slbfgs: %s", wrong);
}

tw_status tw_slbfgs_spell(tw_context *context, const char *text, char **method,
                          tw_slbfgs_rate *rate) {
    double key[KEY_COUNT];
    tw_status status = read_keys(context, text, key);
    if (status != TW_OK) return status;
    tw_text spelled;
    tw_text_start(&spelled, context);
    tw_keys_format(&keyed, key, &spelled);
    *method = tw_text_take(&spelled);
    *rate = (tw_slbfgs_rate){key[KEY_LR], key[KEY_TAU]};
    return *method != NULL ? TW_OK : TW_NO_MEMORY;
}

double tw_slbfgs_rate_at(tw_slbfgs_rate rate, uint64_t step) {
    return rate.tau > 0 ? rate.lr / (1 + (double)step / rate.tau) : rate.lr;
}

// ---- its memory

static tw_status have(tw_slbfgs *s, const char *name, tw_dtype dtype, int64_t count, void **out) {
    tw_shape shape = {1, {count}};
    tw_tensor *tensor = NULL;
    tw_status status = tw_variables_have(s->variables, name, dtype, &shape, &tensor);
    if (status == TW_OK) *out = tw_tensor_data(tensor);
    return status;
}

static tw_status have_vector(tw_slbfgs *s, const char *name, void **out) {
    return have(s, name, s->space.dtype, s->space.n, out);
}

static tw_status have_pairs(tw_slbfgs *s) {
    tw_status status = TW_OK;
    for (int i = 0; i < s->slots && status == TW_OK; i++) {
        char name[32];
        snprintf(name, sizeof name, "slbfgs.step%d", i);
        status = have_vector(s, name, &s->step[i]);
        snprintf(name, sizeof name, "slbfgs.change%d", i);
        if (status == TW_OK) status = have_vector(s, name, &s->change[i]);
    }
    return status;
}

static tw_status open(tw_slbfgs *s, const char *method) {
    void *numbers = NULL;
    tw_status status = read_keys(s->context, method, s->key);
    if (status != TW_OK) return status;
    s->slots = (int)s->key[KEY_M] + 1;
    status = tw_variables_new(s->context, &s->variables);
    if (status == TW_OK)
        status = have(s, "slbfgs.numbers", TW_F64, sizeof *s->at / sizeof(double), &numbers);
    s->at = numbers;
    if (status == TW_OK) status = have_vector(s, "slbfgs.x", &s->x);
    if (status == TW_OK) status = have_vector(s, "slbfgs.gradient", &s->gradient);
    if (status == TW_OK) status = have_vector(s, "slbfgs.before", &s->before);
    if (status == TW_OK) status = have_vector(s, "slbfgs.average", &s->average);
    if (status == TW_OK) status = have_vector(s, "slbfgs.direction", &s->direction);
    if (status == TW_OK) status = have_pairs(s);
    if (status != TW_OK) return status;
    s->scratch = tw_allocate(s->context, (size_t)s->space.n, tw_dtype_size(s->space.dtype));
    return s->scratch != NULL ? TW_OK : TW_NO_MEMORY;
}

tw_status tw_slbfgs_new(tw_context *context, const char *method, tw_objective *surface,
                        int64_t batch, tw_slbfgs **slbfgs) {
    tw_objective_facts facts = tw_objective_describe(surface);
    *slbfgs = NULL;
    tw_slbfgs *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = context;
    made->surface = surface;
    made->space = (tw_vector_space){context, facts.dtype, facts.dimension};
    made->batch = batch;
    tw_status status = open(made, method);
    if (status != TW_OK) {
        tw_slbfgs_free(made);
        return status;
    }
    for (int64_t i = 0; i < made->space.n; i++)
        tw_vector_set(&made->space, made->x, i, facts.start[i]);
    *slbfgs = made;
    return TW_OK;
}

void tw_slbfgs_free(tw_slbfgs *slbfgs) {
    if (slbfgs == NULL) return;
    tw_variables_free(slbfgs->variables);
    tw_release(slbfgs->scratch);
    tw_release(slbfgs);
}

void *tw_slbfgs_point(const tw_slbfgs *slbfgs) {
    return slbfgs->x;
}

double tw_slbfgs_gradient_norm(const tw_slbfgs *slbfgs) {
    return slbfgs->at->gradient_norm;
}

tw_variables *tw_slbfgs_variables(tw_slbfgs *slbfgs) {
    return slbfgs->variables;
}

// Slots are what arrays are indexed with.
bool tw_slbfgs_is_sound(const tw_slbfgs *slbfgs) {
    double m = slbfgs->key[KEY_M];
    return is_whole(slbfgs->at->pairs, 0, m) && is_whole(slbfgs->at->next, 0, m);
}

// ---- pairs

static double dot(const tw_slbfgs *s, const void *a, const void *b) {
    return tw_vector_dot(&s->space, a, b);
}

static void copy(const tw_slbfgs *s, void *to, const void *from) {
    memcpy(to, from, (size_t)s->space.n * tw_dtype_size(s->space.dtype));
}

// The slot of pair `age`, 0 the newest.
static int slot_of(const tw_slbfgs *s, int age) {
    return ((int)s->at->next - 1 - age + 2 * s->slots) % s->slots;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The middle one of the pairs' numbers above 0. 1 where there is none: what the steps before the first
// pair take for granted. (Taken from the first pair instead, networks ended at up to four times the loss.)
static double usual(const tw_slbfgs *s, const double *by_slot) {
    double sorted[PAIRS_MAX];
    int count = 0;
    for (int age = 0; age < (int)s->at->pairs; age++) {
        double number = by_slot[slot_of(s, age)];
        if (number > 0) sorted[count++] = number;
    }
    qsort(sorted, (size_t)count, sizeof *sorted, compare);
    return count > 0 ? sorted[count / 2] : 1;
}

// Keeps the pair that the next slot holds, if it tells of curvature. Where that is too small or negative
// the change is lifted by a multiple of the step (Li and Fukushima, 2001), so that the matrix stays
// positive definite.
static void keep_pair(tw_slbfgs *s) {
    int slot = (int)s->at->next;
    void *step = s->step[slot], *change = s->change[slot];
    double square = dot(s, step, step), with = dot(s, step, change);
    if (!(square >= SHORTEST * SHORTEST) || !isfinite(square) || !isfinite(dot(s, change, change)))
        return;
    double ratio = with / square;
    if (s->key[KEY_NAIVE] != 0) {
        if (!(with > 1e-10)) return;
    } else {
        double least = LEAST_SHARE * usual(s, s->at->ratio);
        if (ratio < least) tw_vector_add(&s->space, least - ratio, step, change);
        s->at->ratio[slot] = fmax(ratio, 0);
    }
    s->at->scale[slot] = dot(s, step, change) / dot(s, change, change);
    s->at->next = fmod(s->at->next + 1, s->slots);
    s->at->pairs = fmin(s->at->pairs + 1, s->key[KEY_M]);
}

// H0, for what no pair tells of. The last pair's would do for exact gradients (Nocedal and Wright, 2006,
// eq. 7.20); here one along a flat valley would let all other directions go too far, so it is the middle
// one's (Schraudolph, Yu and Guenter, 2007, take the mean).
static double first_scale(const tw_slbfgs *s) {
    return s->key[KEY_NAIVE] != 0 ? s->at->scale[slot_of(s, 0)] : usual(s, s->at->scale);
}

// direction = -H gradient by the two-loop recursion (Nocedal, 1980); -gradient before the first pair.
static void aim(tw_slbfgs *s) {
    int count = (int)s->at->pairs;
    double alpha[PAIRS_MAX];
    void *d = s->direction;
    tw_vector_scale(&s->space, -1, s->gradient, d);
    for (int age = 0; age < count; age++) {
        int i = slot_of(s, age);
        alpha[age] = dot(s, s->step[i], d) / dot(s, s->step[i], s->change[i]);
        tw_vector_add(&s->space, -alpha[age], s->change[i], d);
    }
    if (count > 0) tw_vector_scale(&s->space, first_scale(s), d, d);
    for (int age = count - 1; age >= 0; age--) {
        int i = slot_of(s, age);
        double beta = dot(s, s->change[i], d) / dot(s, s->step[i], s->change[i]);
        tw_vector_add(&s->space, alpha[age] - beta, s->step[i], d);
    }
}

// ---- a step

// The minibatches behind this one, or the epoch's last, as many as the measure wants.
static void look_at_more(tw_slbfgs *s, const tw_slbfgs_place *place) {
    int64_t wanted = ((int64_t)s->key[KEY_CURVATURE] + s->batch - 1) / s->batch;
    int64_t count = wanted < place->count ? wanted : place->count;
    int64_t first =
        place->index + 1 < place->count - count ? place->index + 1 : place->count - count;
    tw_surface_look_at(s->surface, place->epoch, first, count);
}

// A pair from the averages of this window of steps and the one before; both gradients over one batch.
static tw_status measure_curvature(tw_slbfgs *s, const tw_slbfgs_place *place) {
    double value;
    tw_status status = TW_OK;
    if (s->at->averages > 0) {
        void *step = s->step[(int)s->at->next], *change = s->change[(int)s->at->next];
        copy(s, step, s->average);
        tw_vector_add(&s->space, -1, s->before, step);
        look_at_more(s, place);
        status = tw_objective_evaluate(s->surface, s->average, &value, change);
        if (status == TW_OK)
            status = tw_objective_evaluate(s->surface, s->before, &value, s->scratch);
        if (status != TW_OK) return status;
        tw_vector_add(&s->space, -1, s->scratch, change);
        keep_pair(s);
    }
    copy(s, s->before, s->average);
    tw_vector_scale(&s->space, 0, s->average, s->average);
    s->at->averages += 1;
    return status;
}

// What plain L-BFGS would do: the change between two gradients over different minibatches.
static void take_naive_pair(tw_slbfgs *s, uint64_t step) {
    int slot = (int)s->at->next;
    if (step > 1) {
        copy(s, s->step[slot], s->direction);
        copy(s, s->change[slot], s->gradient);
        tw_vector_add(&s->space, -1, s->before, s->change[slot]);
        keep_pair(s);
    }
    copy(s, s->before, s->gradient);
}

// The direction becomes the step.
static void take_length(tw_slbfgs *s, double rate) {
    double length = sqrt(dot(s, s->direction, s->direction));
    double most = LONGEST_RATIO * s->at->gradient_norm;
    double factor = s->key[KEY_NAIVE] == 0 && length > most ? rate * most / length : rate;
    tw_vector_scale(&s->space, factor, s->direction, s->direction);
}

// The loss of the minibatch behind the step, its loss here and the slope make a parabola. No step goes beyond
// its minimum: a rate that is too large for the curvature here makes the loss rise, and the next gradient with
// it, until all is lost. Where the loss behind is not finite, a tenth of the step is looked at.
static tw_status shorten(tw_slbfgs *s, double loss) {
    double epsilon = tw_vector_epsilon(&s->space);
    for (int look = 0; look < LOOKS_MAX; look++) {
        double behind, slope = dot(s, s->gradient, s->direction);
        if (!(-slope > 10 * epsilon * fabs(loss)))
            return TW_OK; // the parabola would be of rounding
        copy(s, s->scratch, s->x);
        tw_vector_add(&s->space, 1, s->direction, s->scratch);
        tw_status status = tw_objective_evaluate(s->surface, s->scratch, &behind, NULL);
        if (status != TW_OK) return status;
        double lowest = isfinite(behind) ? -slope / (2 * (behind - loss - slope)) : 0.1;
        if (lowest > 0 && lowest < 1)
            tw_vector_scale(&s->space, lowest, s->direction, s->direction);
        if (isfinite(behind)) return TW_OK;
    }
    return TW_OK;
}

static tw_status move(tw_slbfgs *s, double rate, double loss) {
    take_length(s, rate);
    tw_status status = s->key[KEY_NAIVE] == 0 ? shorten(s, loss) : TW_OK;
    if (status == TW_OK) tw_vector_add(&s->space, 1, s->direction, s->x);
    return status;
}

tw_status tw_slbfgs_step(tw_slbfgs *slbfgs, const tw_slbfgs_place *place, double *loss) {
    tw_slbfgs *s = slbfgs;
    tw_surface_look_at(s->surface, place->epoch, place->index, 1);
    tw_status status = tw_objective_evaluate(s->surface, s->x, loss, s->gradient);
    if (status != TW_OK || !isfinite(*loss)) return status;
    s->at->gradient_norm = sqrt(dot(s, s->gradient, s->gradient));
    if (s->key[KEY_NAIVE] != 0) take_naive_pair(s, place->step);
    aim(s);
    tw_slbfgs_rate rate = {s->key[KEY_LR], s->key[KEY_TAU]};
    status = move(s, tw_slbfgs_rate_at(rate, place->step), *loss);
    if (status != TW_OK || s->key[KEY_NAIVE] != 0) return status;
    tw_vector_add(&s->space, 1 / s->key[KEY_EVERY], s->x, s->average);
    return fmod((double)place->step, s->key[KEY_EVERY]) == 0 ? measure_curvature(s, place) : TW_OK;
}
