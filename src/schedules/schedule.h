// What a schedule is made of. A named one is a const struct at the foot of a file of its own, and one
// line in schedules.def.
#ifndef TW_SCHEDULES_SCHEDULE_H
#define TW_SCHEDULES_SCHEDULE_H

#include "expr/expr.h"
#include "thalweg/schedule.h"

#define TW_SCHEDULE_LINKS_MAX 8
#define TW_SCHEDULE_KEYS_MAX 6
#define TW_SCHEDULE_LIST_MAX 16

typedef struct tw_schedule_link tw_schedule_link;

typedef enum tw_schedule_key_type {
    TW_KEY_NUMBER,   // from `low` to `high`
    TW_KEY_POSITIVE, // above 0
    TW_KEY_STEPS,    // above 0; below 1 it is a fraction of T
    TW_KEY_WORD,     // one of `words`; its value is the place there
    TW_KEY_LIST,     // numbers joined by ':'
} tw_schedule_key_type;

typedef struct tw_schedule_key {
    const char *name;
    tw_schedule_key_type type;
    double fallback; // used if the key is not given; NaN: then it has no value
    const char *fallback_text;
    double low, high;
    const char *const *words; // ends with NULL
    const char *meaning;
} tw_schedule_key;

typedef struct tw_schedule_kind {
    const char *name, *summary, *formula;
    const tw_schedule_key *keys;
    int key_count;

    // Says what is wrong with keys that are right one by one but not together, or returns NULL. May be
    // NULL: then no keys contradict each other.
    const char *(*check)(const tw_schedule_link *link);

    // The value. The clock's step, epoch and T count from the end of the warm-up; during it the step is
    // 0. NaN if the value depends on what the clock does not know.
    double (*value)(const tw_schedule_link *link, const tw_clock *clock, double initial);

    // Which measure it listens to, and how; NULL for those that do not.
    tw_measure (*measure)(const tw_schedule_link *link);
    bool (*observe)(const tw_schedule_link *link, tw_schedule_state *state, double measure);
} tw_schedule_kind;

struct tw_schedule_link {
    const tw_schedule_kind *kind; // NULL: an expression
    tw_expr_root root;            // then this one, in the schedule's tree
    const tw_expr_tree *tree;
    double warmup; // steps, or a fraction of T; 0: none
    double values[TW_SCHEDULE_KEYS_MAX][TW_SCHEDULE_LIST_MAX];
    int counts[TW_SCHEDULE_KEYS_MAX]; // 0: has no value
    const tw_schedule_state *state;   // the schedule's
};

struct tw_schedule {
    tw_context *context;
    tw_expr_tree *tree;
    tw_schedule_link links[TW_SCHEDULE_LINKS_MAX];
    int link_count;
    tw_schedule_state state; // of its one plateau
    char *text;
};

// The names of an expression, and the number of them.
#define TW_SCHEDULE_SYMBOLS "lr0", "t", "epoch", "T", "N", "B", "pi", "e"
#define TW_SCHEDULE_SYMBOL_COUNT 8

#define TW_SCHEDULE(name) extern const tw_schedule_kind tw_schedule_##name;
#include "schedules/schedules.def"
#undef TW_SCHEDULE

// The kind with this name, NULL if none has it; and number `index` of them.
const tw_schedule_kind *tw_schedule_find(const char *name);
const tw_schedule_kind *tw_schedule_kind_at(int index);

// Key number `key` of a link, as a number; NaN if it has no value.
double tw_schedule_number(const tw_schedule_link *link, int key);

// A number of steps as it was written, in steps: below 1 a fraction of T, at least one step.
double tw_schedule_steps(double written, const tw_clock *clock);

// T, or NaN if it is not known. The epoch, or NaN if there are no epochs.
double tw_schedule_total(const tw_clock *clock);
double tw_schedule_epoch(const tw_clock *clock);

// The share of `steps` that was done before this step, from 0 to 1; and half a cosine, which falls from
// 1 to 0 while the progress goes from 0 to 1.
double tw_schedule_progress(const tw_clock *clock, double steps);
double tw_schedule_half_cosine(double progress);

// The steps of a link's warm-up; 0 if it has none.
double tw_schedule_warmup(const tw_schedule_link *link, const tw_clock *clock);

// Writes the schedule with every key that has a value.
void tw_schedule_format(const tw_schedule *schedule, tw_text *text);

#endif
