// The named schedules there are.
#include "schedules/schedule.h"

#include <assert.h>
#include <string.h>

static const tw_schedule_kind *const kinds[] = {
#define TW_SCHEDULE(name) &tw_schedule_##name,
#include "schedules/schedules.def"
#undef TW_SCHEDULE
};

int tw_schedule_count(void) {
    return (int)(sizeof kinds / sizeof *kinds);
}

const tw_schedule_kind *tw_schedule_kind_at(int index) {
    assert(index >= 0 && index < tw_schedule_count());
    return kinds[index];
}

const tw_schedule_kind *tw_schedule_find(const char *name) {
    for (int i = 0; i < tw_schedule_count(); i++) {
        if (strcmp(kinds[i]->name, name) == 0) return kinds[i];
    }
    return NULL;
}

tw_schedule_words tw_schedule_describe(int index) {
    const tw_schedule_kind *kind = tw_schedule_kind_at(index);
    return (tw_schedule_words){kind->name, kind->summary, kind->formula, kind->key_count};
}

tw_schedule_key_text tw_schedule_describe_key(int index, int key) {
    const tw_schedule_kind *kind = tw_schedule_kind_at(index);
    assert(key >= 0 && key < kind->key_count);
    const tw_schedule_key *found = &kind->keys[key];
    return (tw_schedule_key_text){found->name, found->fallback_text, found->meaning};
}
