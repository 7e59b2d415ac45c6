// A checkpoint is one safetensors file: every variable (parameters, states of the method), and as texts the
// options, where the run is, and what its data looked like.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/text.h"
#include "train/training.h"

#define TW_CHECKPOINT_FORMAT "thalweg-checkpoint-1"
#define TEXTS_MAX (8 + TW_SCHEDULES_MAX)
#define STATE_NUMBERS 5 // of a schedule
#define KEY_BYTES 80    // "schedule." and the name of a hyperparameter

// Sums of gradients live inside a step: no checkpoint falls there.
static bool is_kept(const char *name) {
    const char *colon = strrchr(name, ':');
    return colon == NULL || strcmp(colon, ":gradient") != 0;
}

static void add_numbers(tw_text *text, const double *numbers, int count) {
    for (int i = 0; i < count; i++) {
        tw_text_add(text, "%s", i > 0 ? " " : "");
        tw_text_add_number(text, numbers[i]);
    }
}

// One number as tw_text_add_number wrote it; how many bytes it has, 0 if it is none.
static size_t read_number(const char *text, double *number) {
    static const struct {
        const char *word;
        double number;
    } words[] = {{"nan", NAN}, {"inf", INFINITY}, {"-inf", -INFINITY}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].word);
        if (strncmp(text, words[i].word, length) != 0) continue;
        *number = words[i].number;
        return length;
    }
    return tw_parse_number(text, strlen(text), number);
}

// Numbers with blanks between, exactly `count`.
static bool read_numbers(const char *text, double *numbers, int count) {
    for (int i = 0; i < count; i++) {
        text += strspn(text, " ");
        size_t taken = read_number(text, &numbers[i]);
        if (taken == 0) return false;
        text += taken;
    }
    return *text == '\0';
}

static void pack_state(const tw_run_state *state, double *numbers) {
    int i = 0;
#define PACK(name) numbers[i++] = state->name;
    TW_RUN_NUMBERS(PACK)
#undef PACK
}

static void unpack_state(const double *numbers, tw_run_state *state) {
    int i = 0;
#define UNPACK(name) state->name = numbers[i++];
    TW_RUN_NUMBERS(UNPACK)
#undef UNPACK
}

#define RUN_NUMBERS ((int)(sizeof(tw_run_state) / sizeof(double)))

// The texts of a checkpoint, being made: `owned` are freed afterwards.
typedef struct making {
    tw_archive_text texts[TEXTS_MAX];
    int count;
    char *owned[TEXTS_MAX];
    int owned_count;
    char keys[TW_SCHEDULES_MAX][KEY_BYTES];
} making;

static void add_text(making *made, const char *key, const char *text) {
    made->texts[made->count++] = (tw_archive_text){key, text};
}

static tw_status add_owned(making *made, const char *key, char *text) {
    if (text == NULL) return TW_NO_MEMORY;
    made->owned[made->owned_count++] = text;
    add_text(made, key, text);
    return TW_OK;
}

static tw_status add_schedules(tw_training *training, making *made) {
    tw_status status = TW_OK;
    for (int i = 0; i < training->scheduled_count && status == TW_OK; i++) {
        tw_schedule_state state = tw_schedule_get_state(training->scheduled[i].schedule);
        double numbers[STATE_NUMBERS] = {state.factor, state.best, state.observed_count,
                                         state.bad_epochs, state.cooldown_left};
        tw_text text;
        tw_text_start(&text, training->context);
        add_numbers(&text, numbers, STATE_NUMBERS);
        snprintf(made->keys[i], sizeof made->keys[i], "schedule.%s", training->scheduled[i].name);
        status = add_owned(made, made->keys[i], tw_text_take(&text));
    }
    return status;
}

static tw_status add_texts(tw_training *training, making *made) {
    double numbers[RUN_NUMBERS];
    tw_text text;
    char *options = NULL;
    add_text(made, "format", TW_CHECKPOINT_FORMAT);
    add_text(made, "thalweg", tw_version());
    add_text(made, "method", tw_phase_method(training)); // of the phase
    add_text(made, "encoding", tw_data_encoding(training->train));
    tw_status status = tw_run_options_format(training->context, &training->options, &options);
    if (status == TW_OK) status = add_owned(made, "options", options);
    if (status != TW_OK) return status;
    pack_state(&training->state, numbers);
    tw_text_start(&text, training->context);
    add_numbers(&text, numbers, RUN_NUMBERS);
    status = add_owned(made, "state", tw_text_take(&text));
    return status == TW_OK ? add_schedules(training, made) : status;
}

// The names of a minimisation's arrays in a checkpoint.
typedef char long_name[64];

static int list_entries(const tw_training *training, tw_archive_entry *entries, long_name *names) {
    const tw_variables *variables = training->variables, *more = tw_descent_variables(training);
    int kept = 0;
    for (int i = 0; i < tw_variables_count(variables); i++) {
        const char *name = tw_variables_name(variables, i);
        if (is_kept(name))
            entries[kept++] = (tw_archive_entry){name, tw_variables_tensor(variables, i)};
    }
    for (int i = 0; more != NULL && i < tw_variables_count(more); i++) {
        snprintf(names[i], sizeof names[i], "%s%s", TW_DESCENT_PREFIX, tw_variables_name(more, i));
        entries[kept++] = (tw_archive_entry){names[i], tw_variables_tensor(more, i)};
    }
    return kept;
}

tw_status tw_checkpoint_write(tw_training *training, const char *path) {
    tw_status status = tw_training_check_finite(training);
    if (status != TW_OK) return status;
    making made = {0};
    const tw_variables *more = tw_descent_variables(training);
    size_t extra = more != NULL ? (size_t)tw_variables_count(more) : 0;
    size_t count = (size_t)tw_variables_count(training->variables) + extra;
    tw_archive_entry *entries = tw_allocate(training->context, count, sizeof *entries);
    long_name *names = tw_allocate(training->context, extra + 1, sizeof *names);
    status = entries == NULL || names == NULL ? TW_NO_MEMORY : add_texts(training, &made);
    if (status == TW_OK)
        status = tw_archive_save(training->context, path, entries,
                                 list_entries(training, entries, names), made.texts, made.count);
    for (int i = 0; i < made.owned_count; i++) tw_release(made.owned[i]);
    tw_release(entries);
    tw_release(names);
    return status;
}

// ---- reading

tw_status tw_checkpoint_open(tw_context *context, const char *path, tw_archive **archive) {
    tw_status status = tw_archive_open(context, path, archive);
    if (status != TW_OK) return status;
    const char *format = tw_archive_text_of(*archive, "format");
    if (format != NULL && strcmp(format, TW_CHECKPOINT_FORMAT) == 0) return TW_OK;
    status = tw_fail(context, TW_BAD_FILE,
                     "%s: a safetensors file, but no checkpoint of this program: its format is "
                     "'%s', not '%s'",
                     path, format != NULL ? format : "", TW_CHECKPOINT_FORMAT);
    tw_archive_close(*archive); // and with it the text
    *archive = NULL;
    return status;
}

static tw_status lacks(tw_context *context, const char *path, const char *what) {
    return tw_fail(context, TW_BAD_FILE, "%s: the checkpoint has no readable %s", path, what);
}

tw_status tw_checkpoint_options(tw_context *context, const char *path, tw_run_options *options) {
    *options = (tw_run_options){0};
    tw_archive *archive = NULL;
    tw_status status = tw_checkpoint_open(context, path, &archive);
    if (status != TW_OK) return status;
    const char *text = tw_archive_text_of(archive, "options");
    status = text != NULL ? tw_run_options_parse(context, path, text, options)
                          : lacks(context, path, "options");
    tw_archive_close(archive);
    return status;
}

tw_status tw_checkpoint_variables(tw_archive *archive, tw_variables *variables) {
    tw_status status = TW_OK;
    for (int i = 0; i < tw_archive_count(archive) && status == TW_OK; i++) {
        tw_tensor *tensor = NULL;
        status =
            tw_variables_have(variables, tw_archive_name(archive, i), tw_archive_dtype(archive, i),
                              tw_archive_shape(archive, i), &tensor);
        if (status == TW_OK) status = tw_archive_read(archive, i, tw_tensor_data(tensor));
    }
    return status;
}

static tw_status restore_schedules(tw_training *training, const char *path, tw_archive *archive) {
    for (int i = 0; i < training->scheduled_count; i++) {
        char key[KEY_BYTES];
        double n[STATE_NUMBERS];
        snprintf(key, sizeof key, "schedule.%s", training->scheduled[i].name);
        const char *text = tw_archive_text_of(archive, key);
        if (text == NULL || !read_numbers(text, n, STATE_NUMBERS))
            return lacks(training->context, path, key);
        tw_schedule_state state = {.factor = n[0],
                                   .best = n[1],
                                   .observed_count = n[2],
                                   .bad_epochs = n[3],
                                   .cooldown_left = n[4]};
        tw_status status = tw_schedule_set_state(training->scheduled[i].schedule, &state);
        if (status != TW_OK) return status;
    }
    return TW_OK;
}

// What is counted: a double holds it, and what is added to it, exactly.
static bool is_count(double number) {
    return number >= 0.0 && number <= 0x1p47 && number == floor(number);
}

static tw_status restore_state(tw_training *training, const char *path, tw_archive *archive) {
    double numbers[RUN_NUMBERS];
    const char *text = tw_archive_text_of(archive, "state");
    if (text == NULL || !read_numbers(text, numbers, RUN_NUMBERS))
        return lacks(training->context, path, "state");
    unpack_state(numbers, &training->state);
    const tw_run_state *state = &training->state;
    bool sound =
        is_count(state->step) && is_count(state->phase_step) && state->phase_step <= state->step &&
        is_count(state->phase) && state->phase < training->phases.count &&
        is_count(state->phase_epoch) && is_count(state->epochs) && is_count(state->best_epoch) &&
        is_count(state->example_count) && is_count(state->trained_count) &&
        is_count(state->metrics_bytes) &&
        (state->unmeasured == 0.0 || (state->unmeasured == 1.0 && state->step > state->phase_step));
    if (!sound) return lacks(training->context, path, "state");
    return TW_OK;
}

static tw_status check_same_data(tw_training *training, const char *path,
                                 const tw_archive *archive) {
    const char *encoding = tw_archive_text_of(archive, "encoding");
    if (encoding != NULL && strcmp(encoding, tw_data_encoding(training->train)) == 0) return TW_OK;
    return tw_fail(training->context, TW_MISMATCH,
                   "%s: %s is not the data of this run any more: it is read in another way now",
                   path, tw_data_name(training->train));
}

tw_status tw_checkpoint_check_whole(const tw_training *training, const char *path,
                                    int variables_read) {
    for (int i = variables_read; i < tw_variables_count(training->variables); i++) {
        const char *name = tw_variables_name(training->variables, i);
        if (!is_kept(name)) continue;
        return tw_fail(training->context, TW_MISMATCH,
                       "%s: the checkpoint has no '%s', which the run's model and method need",
                       path, name);
    }
    return TW_OK;
}

tw_status tw_checkpoint_place(tw_training *training, const char *path) {
    tw_archive *archive = NULL;
    tw_status status = tw_checkpoint_open(training->context, path, &archive);
    if (status == TW_OK) status = restore_state(training, path, archive);
    tw_archive_close(archive);
    return status;
}

tw_status tw_checkpoint_restore(tw_training *training, const char *path) {
    tw_archive *archive = NULL;
    bool checked = false;
    tw_status status = tw_checkpoint_open(training->context, path, &archive);
    if (status == TW_OK) status = tw_archive_verify(archive, &checked);
    if (status == TW_OK) status = check_same_data(training, path, archive);
    if (status == TW_OK) status = restore_state(training, path, archive);
    if (status == TW_OK) status = restore_schedules(training, path, archive);
    if (status == TW_OK) status = tw_checkpoint_variables(archive, training->variables);
    tw_archive_close(archive);
    return status;
}
