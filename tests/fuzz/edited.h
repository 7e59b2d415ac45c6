// The folder of a run of two steps, whose checkpoint is changed by words.
#ifndef TW_FUZZ_EDITED_H
#define TW_FUZZ_EDITED_H

#include <stddef.h>
#include <stdint.h>

#define TW_FUZZ_RUN_DATA "teacher?examples=8&test=4&features=3&hidden=2"

enum { TW_FUZZ_CHECKPOINT_BYTES = 1 << 16 };

typedef struct tw_fuzz_checkpoint {
    uint8_t bytes[TW_FUZZ_CHECKPOINT_BYTES];
    size_t count, header_count;
} tw_fuzz_checkpoint;

// The run's checkpoint, in whose header, for each of the lines "WORDS<tab>OTHER", WORDS where first met is
// replaced by OTHER. The run is trained once.
void tw_fuzz_edit(const uint8_t *lines, size_t count, tw_fuzz_checkpoint *file);

#endif
