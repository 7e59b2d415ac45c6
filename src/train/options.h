// A run's options as one thing that owns its texts: copied from the caller, written to config.json and to
// checkpoints, and read back from them.
#ifndef TW_TRAIN_OPTIONS_H
#define TW_TRAIN_OPTIONS_H

#include "rules/rule_files.h"
#include "thalweg/json.h"
#include "thalweg/train.h"

// The fields that are texts, in one list.
#define TW_TRAINING_TEXTS(X)                                                                       \
    X(data)                                                                                        \
    X(test)                                                                                        \
    X(model)                                                                                       \
    X(method)                                                                                      \
    X(schedule)                                                                                    \
    X(schedules)                                                                                   \
    X(groups)                                                                                      \
    X(loss)                                                                                        \
    X(init)                                                                                        \
    X(bias_init)                                                                                   \
    X(out)

typedef struct tw_run_options {
    tw_training_options values; // its texts are the copies
    tw_rule_files rule_files;   // texts of the rule files that `method` names
    char *began_in;             // the folder that its relative paths start from; NULL: not known
} tw_run_options;

// Copies `from` with its texts after checking every number. A run that goes on keeps the rule files of `before`
// and where it began; one that begins (NULL) has none yet, and begins in the working folder. Errors:
// TW_BAD_ARGUMENT naming the field.
tw_status tw_run_options_copy(tw_context *context, const tw_training_options *from,
                              const tw_run_options *before, tw_run_options *options);

// Reads what tw_run_options_format wrote; `where` is what messages call it. Sets are NULL.
// Errors: TW_BAD_FILE.
tw_status tw_run_options_parse(tw_context *context, const char *where, const char *text,
                               tw_run_options *options);

// As one line of JSON, for files. `*text` is owned by the caller: free with tw_release.
tw_status tw_run_options_format(tw_context *context, const tw_run_options *options, char **text);

void tw_run_options_free(tw_run_options *options);

#endif
