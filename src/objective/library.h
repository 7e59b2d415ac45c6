// The built-in functions' texts: src/objectives/*.objective, which cmake/embed.cmake turns into this
// table, by name.
#ifndef TW_OBJECTIVE_LIBRARY_H
#define TW_OBJECTIVE_LIBRARY_H

typedef struct tw_objective_entry {
    const char *name, *summary, *text;
} tw_objective_entry;

extern const tw_objective_entry tw_objective_entries[];
extern const int tw_objective_entry_count;

#define TW_OBJECTIVE_LIBRARY_MAX 256

// The entry of a name, or NULL.
const tw_objective_entry *tw_objective_entry_find(const char *name);

// The nearest name, or NULL.
const char *tw_objective_entry_nearest(const char *name);

#endif
