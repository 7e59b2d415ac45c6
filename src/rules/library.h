// The built-in rules' texts: src/rules/*.rule, which cmake/embed.cmake turns into this table.
#ifndef TW_RULES_LIBRARY_H
#define TW_RULES_LIBRARY_H

#include <stdbool.h>

#define TW_RULE_LIBRARY_MAX 256

typedef struct tw_rule_entry {
    const char *name, *summary, *text;
    bool link;
} tw_rule_entry;

extern const tw_rule_entry tw_rule_entries[];
extern const int tw_rule_entry_count;

#endif
