// The built-in functions by number and name.
#include "objective/library.h"

#include <assert.h>
#include <string.h>

#include "thalweg/objective.h"
#include "thalweg/words.h"

int tw_objective_count(void) {
    return tw_objective_entry_count;
}

const char *tw_objective_name_at(int index) {
    assert(index >= 0 && index < tw_objective_entry_count);
    return tw_objective_entries[index].name;
}

const char *tw_objective_summary_at(int index) {
    assert(index >= 0 && index < tw_objective_entry_count);
    return tw_objective_entries[index].summary;
}

const tw_objective_entry *tw_objective_entry_find(const char *name) {
    for (int i = 0; i < tw_objective_entry_count; i++)
        if (strcmp(tw_objective_entries[i].name, name) == 0) return &tw_objective_entries[i];
    return NULL;
}

const char *tw_objective_entry_nearest(const char *name) {
    const char *names[TW_OBJECTIVE_LIBRARY_MAX];
    int count = tw_objective_entry_count;
    assert(count <= TW_OBJECTIVE_LIBRARY_MAX);
    for (int i = 0; i < count; i++) names[i] = tw_objective_entries[i].name;
    return tw_nearest_name(name, names, (size_t)count);
}
