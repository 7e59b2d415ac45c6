// The texts of the rule files that a method names. A run keeps them, so that it goes on, and its model
// can be asked, when the files are changed or gone.
#ifndef TW_RULES_RULE_FILES_H
#define TW_RULES_RULE_FILES_H

#include "thalweg/method.h"

#define TW_RULE_FILES_MAX 8 // a chain has no more rules

typedef struct tw_rule_file {
    char *path, *text; // owned
} tw_rule_file;

typedef struct tw_rule_files {
    int count;
    tw_rule_file file[TW_RULE_FILES_MAX];
} tw_rule_files;

// Adds copies of a path and a text. Errors: TW_BAD_ARGUMENT where there are too many, TW_NO_MEMORY.
tw_status tw_rule_files_add(tw_context *context, tw_rule_files *files, const char *path,
                            const char *text);

// The text of a path: that which is kept, else the file's, which is kept from now on. Borrowed: valid
// while the texts are. Errors: those of reading.
tw_status tw_rule_files_read(tw_context *context, tw_rule_files *files, const char *path,
                             const char **text);

// Copies all texts. `*to` is empty on failure.
tw_status tw_rule_files_copy(tw_context *context, const tw_rule_files *from, tw_rule_files *to);

void tw_rule_files_free(tw_rule_files *files);

// tw_method_parse, with the texts of files taken from `files` and added to them.
tw_status tw_method_parse_with(tw_context *context, const char *text, tw_rule_files *files,
                               tw_method **method);

#endif
