// What a minimisation was asked for, in words: a checkpoint holds them, and they must be those of whoever goes on
// from it.
#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "minimize/solver.h"

enum { SHOWN_MAX = 8 }; // numbers of a vector

// Numbers of a vector: of the objective's type, or doubles.
typedef struct numbers {
    const tw_vector_space *space;
    const void *of_type; // NULL: take the doubles, as the objective's type holds them
    const double *doubles;
} numbers;

static double number_at(const numbers *v, int64_t i) {
    if (v->of_type != NULL) return tw_vector_get(v->space, v->of_type, i);
    return v->space->dtype == TW_F32 ? (double)(float)v->doubles[i] : v->doubles[i];
}

// All of a short vector; of a long one the first numbers and a hash of the whole.
static void add_vector(tw_text *text, const numbers *v) {
    int64_t n = v->space->n;
    for (int64_t i = 0; i < n && i < SHOWN_MAX; i++) {
        tw_text_add(text, "%s", i > 0 ? ", " : "");
        tw_text_add_number(text, number_at(v, i));
    }
    if (n <= SHOWN_MAX) return;
    uint64_t hash = TW_HASH_START;
    for (int64_t i = 0; i < n; i++) {
        double number = number_at(v, i);
        hash = tw_hash_bytes(hash, &number, sizeof number);
    }
    tw_text_add(text, ", ... (%" PRId64 " numbers with hash %016" PRIx64 ")", n, hash);
}

static tw_status note_start(tw_minimization *self, const void *start) {
    numbers of = {&self->space, start, tw_objective_describe(self->objective).start};
    tw_text text;
    tw_text_start(&text, self->context);
    add_vector(&text, &of);
    self->start = tw_text_take(&text);
    self->start_given = start != NULL;
    return self->start == NULL ? TW_NO_MEMORY : TW_OK;
}

static tw_status note_box(tw_minimization *self) {
    if (self->lower == NULL) return TW_OK;
    numbers lower = {&self->space, NULL, self->lower}, upper = {&self->space, NULL, self->upper};
    tw_text text;
    tw_text_start(&text, self->context);
    add_vector(&text, &lower);
    tw_text_add(&text, " to ");
    add_vector(&text, &upper);
    self->box = tw_text_take(&text);
    return self->box == NULL ? TW_NO_MEMORY : TW_OK;
}

tw_status tw_minimization_note(tw_minimization *minimization, const char *schedule,
                               const void *start) {
    tw_status status = note_start(minimization, start);
    if (status == TW_OK) status = note_box(minimization);
    if (status != TW_OK || schedule == NULL) return status;
    minimization->schedule = tw_copy_text(minimization->context, schedule, strlen(schedule));
    return minimization->schedule == NULL ? TW_NO_MEMORY : TW_OK;
}
