// The built-in rules by number and name.
#include "rules/library.h"

#include <assert.h>
#include <string.h>

#include "thalweg/method.h"

int tw_rule_count(void) {
    return tw_rule_entry_count;
}

const char *tw_rule_name(int index) {
    assert(index >= 0 && index < tw_rule_entry_count);
    return tw_rule_entries[index].name;
}

const char *tw_rule_summary(int index) {
    assert(index >= 0 && index < tw_rule_entry_count);
    return tw_rule_entries[index].summary;
}

bool tw_rule_is_link(int index) {
    assert(index >= 0 && index < tw_rule_entry_count);
    return tw_rule_entries[index].link;
}

const char *tw_rule_text(const char *name) {
    for (int i = 0; i < tw_rule_entry_count; i++) {
        if (strcmp(tw_rule_entries[i].name, name) == 0) return tw_rule_entries[i].text;
    }
    return NULL;
}
