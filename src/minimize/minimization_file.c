// A minimisation as one safetensors file: its variables, and as texts what it minimises and how.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "minimize/solver.h"
#include "thalweg/archive.h"

#define FORMAT "thalweg-minimization-1"

enum { TEXT_COUNT = 11, MUST_MATCH = 2, SEED_BYTES = 24 };

// The texts of a file, and what they are made in.
typedef struct words {
    tw_archive_text texts[TEXT_COUNT]; // from MUST_MATCH on, of what must be the same to go on
    char seed[SEED_BYTES], jitter[TW_NUMBER_BYTES];
} words;

// What draws, draws by the seed: with another one a run that goes on would be none of one piece.
static void fill_texts(const tw_minimization *self, words *w) {
    tw_objective_facts facts = tw_objective_describe(self->objective);
    snprintf(w->seed, sizeof w->seed, "%" PRIu64, self->options.seed);
    const tw_archive_text made[TEXT_COUNT] = {
        {"format", FORMAT},
        {"thalweg", tw_version()},
        {"method", self->method},
        {"objective", facts.name},
        {"formula", facts.formula},
        {"seed", w->seed},
        {"schedule", self->schedule},
        {"box", self->box},
        {"rules", self->rules},
        {"start", self->start},
        {"jitter", tw_format_number(self->options.jitter, w->jitter)},
    };
    memcpy(w->texts, made, sizeof made);
    for (int i = 0; i < TEXT_COUNT; i++)
        if (w->texts[i].text == NULL) w->texts[i].text = "";
}

// Leaves out what was not asked for; how many texts are left.
static int drop_empty(words *w) {
    int kept = 0;
    for (int i = 0; i < TEXT_COUNT; i++)
        if (w->texts[i].text[0] != '\0') w->texts[kept++] = w->texts[i];
    return kept;
}

tw_status tw_minimization_save(const tw_minimization *minimization, const char *path) {
    int count = tw_variables_count(minimization->variables);
    words w;
    tw_archive_entry *entries = tw_allocate(minimization->context, (size_t)count, sizeof *entries);
    if (entries == NULL) return TW_NO_MEMORY;
    for (int i = 0; i < count; i++)
        entries[i] = (tw_archive_entry){tw_variables_name(minimization->variables, i),
                                        tw_variables_tensor(minimization->variables, i)};
    fill_texts(minimization, &w);
    tw_status status =
        tw_archive_save(minimization->context, path, entries, count, w.texts, drop_empty(&w));
    tw_release(entries);
    return status;
}

// ---- reading

// A start that is not asked for is that of the file; so is its jitter.
static bool is_asked_for(const tw_minimization *self, const char *key) {
    if (strcmp(key, "start") == 0) return self->start_given;
    return strcmp(key, "jitter") != 0 || self->options.jitter > 0;
}

static tw_status other(const tw_minimization *self, const char *path, const char *what,
                       const char *there, const char *here) {
    if (strcmp(what, "rules") == 0)
        return tw_fail(self->context, TW_MISMATCH,
                       "%s: the rule files of its method had another text than now", path);
    return tw_fail(self->context, TW_MISMATCH, "%s: its %s is '%s', that of this minimisation '%s'",
                   path, what, *there == '\0' ? "none" : there, *here == '\0' ? "none" : here);
}

static tw_status check_texts(const tw_minimization *self, const char *path,
                             const tw_archive *archive) {
    words w;
    fill_texts(self, &w);
    const char *format = tw_archive_text_of(archive, "format");
    if (format == NULL || strcmp(format, FORMAT) != 0)
        return tw_fail(self->context, TW_BAD_FILE,
                       "%s: a safetensors file, but no minimisation of this program: its format is "
                       "'%s', not '%s'",
                       path, format != NULL ? format : "", FORMAT);
    for (int i = MUST_MATCH; i < TEXT_COUNT; i++) {
        const char *key = w.texts[i].key, *there = tw_archive_text_of(archive, key);
        if (there == NULL) there = "";
        if (is_asked_for(self, key) && strcmp(there, w.texts[i].text) != 0)
            return other(self, path, key, there, w.texts[i].text);
    }
    return TW_OK;
}

// Where it began, which the next file is to say.
static tw_status take_start(tw_minimization *self, const tw_archive *archive) {
    const char *start = tw_archive_text_of(archive, "start");
    const char *jitter = tw_archive_text_of(archive, "jitter");
    if (start == NULL || jitter == NULL) return TW_OK;
    char *copy = tw_copy_text(self->context, start, strlen(start));
    if (copy == NULL) return TW_NO_MEMORY;
    tw_release(self->start);
    self->start = copy;
    tw_parse_double(jitter, &self->options.jitter);
    return TW_OK;
}

static tw_status check_arrays(const tw_minimization *self, const char *path,
                              const tw_archive *archive) {
    for (int i = 0; i < tw_variables_count(self->variables); i++) {
        const char *name = tw_variables_name(self->variables, i);
        const tw_tensor *tensor = tw_variables_tensor(self->variables, i);
        int at = tw_archive_find(archive, name);
        if (at < 0 || tw_archive_dtype(archive, at) != tw_tensor_dtype(tensor) ||
            !tw_shape_equal(tw_archive_shape(archive, at), tw_tensor_shape(tensor)))
            return tw_fail(self->context, TW_MISMATCH,
                           "%s: array %s is missing or of another size or type than here", path,
                           name);
    }
    return TW_OK;
}

static bool is_count(double number) {
    return number >= 0 && number <= 0x1p53 && number == floor(number);
}

static bool is_sound(const tw_minimization *self) {
    const tw_minimize_numbers *at = self->at;
    return (at->which == 0 || at->which == 1) && is_count(at->iteration) && is_count(at->f_evals) &&
           is_count(at->g_evals) && is_count(at->h_evals) &&
           (self->solver->is_sound == NULL || self->solver->is_sound(self));
}

static tw_status read_arrays(tw_minimization *self, tw_archive *archive) {
    tw_status status = TW_OK;
    for (int i = 0; i < tw_variables_count(self->variables) && status == TW_OK; i++) {
        int at = tw_archive_find(archive, tw_variables_name(self->variables, i));
        void *elements = tw_tensor_data(tw_variables_tensor(self->variables, i));
        status = tw_archive_read(archive, at, elements);
    }
    return status;
}

bool tw_minimization_copy_arrays(tw_variables *to, const tw_variables *from, const char *prefix) {
    for (int i = 0; i < tw_variables_count(to); i++) {
        char name[128];
        tw_tensor *tensor = tw_variables_tensor(to, i);
        snprintf(name, sizeof name, "%s%s", prefix, tw_variables_name(to, i));
        const tw_tensor *kept = tw_variables_find(from, name);
        if (kept == NULL || tw_tensor_dtype(kept) != tw_tensor_dtype(tensor) ||
            !tw_shape_equal(tw_tensor_shape(kept), tw_tensor_shape(tensor)))
            return false;
        memcpy(tw_tensor_data(tensor), tw_tensor_data(kept),
               (size_t)tw_tensor_elements(tensor) * tw_dtype_size(tw_tensor_dtype(tensor)));
    }
    return true;
}

tw_status tw_minimization_take(tw_minimization *minimization, const tw_variables *variables,
                               const char *prefix) {
    if (!tw_minimization_copy_arrays(minimization->variables, variables, prefix) ||
        !is_sound(minimization))
        return tw_fail(minimization->context, TW_BAD_FILE,
                       "the checkpoint's arrays %s* are those of no minimisation by %s", prefix,
                       minimization->method);
    tw_minimization_resumed(minimization);
    return TW_OK;
}

tw_status tw_minimization_load(tw_minimization *minimization, const char *path) {
    tw_archive *archive = NULL;
    bool checked = false;
    tw_status status = tw_archive_open(minimization->context, path, &archive);
    if (status != TW_OK) return status;
    status = check_texts(minimization, path, archive);
    if (status == TW_OK) status = check_arrays(minimization, path, archive);
    if (status == TW_OK) status = tw_archive_verify(archive, &checked);
    if (status == TW_OK) status = read_arrays(minimization, archive);
    if (status == TW_OK) status = take_start(minimization, archive);
    tw_archive_close(archive);
    if (status == TW_OK && !is_sound(minimization))
        status = tw_fail(minimization->context, TW_BAD_FILE,
                         "%s: its numbers are those of no minimisation", path);
    if (status == TW_OK) tw_minimization_resumed(minimization);
    return status;
}
