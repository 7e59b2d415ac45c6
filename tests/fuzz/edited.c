#define _GNU_SOURCE // memmem, mkdtemp
#include "fuzz/edited.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "thalweg/train.h"

enum { HEADER_AT = 8, PATH_BYTES = 64 };

static void train(const char *path) {
    tw_context *context = tw_fuzz_begin();
    tw_training *training = NULL;
    tw_training_result result;
    tw_training_options options = tw_training_options_default();
    options.data = TW_FUZZ_RUN_DATA;
    options.model = "mlp:3";
    options.schedule = "plateau";
    options.steps = 2;
    options.batch = 4;
    options.diagnose_every = 1;
    tw_fuzz_require(tw_training_new(context, &options, &training) == TW_OK);
    tw_fuzz_require(tw_training_run(training, NULL, &result) == TW_OK);
    tw_fuzz_require(tw_training_save(training, path) == TW_OK);
    tw_training_free(training);
    tw_fuzz_end(context);
}

static size_t number_at(const uint8_t *bytes) {
    size_t number = 0;
    for (int i = 7; i >= 0; i--) number = number << 8 | bytes[i];
    return number;
}

// Trains once; the same bytes each time.
static const tw_fuzz_checkpoint *checkpoint(void) {
    static tw_fuzz_checkpoint made;
    char folder[PATH_BYTES] = "/tmp/thalweg-fuzz-XXXXXX", path[PATH_BYTES * 2];
    if (made.count > 0) return &made;
    tw_fuzz_require(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/last.safetensors", folder);
    train(path);
    FILE *file = fopen(path, "rb");
    tw_fuzz_require(file != NULL);
    made.count = fread(made.bytes, 1, TW_FUZZ_CHECKPOINT_BYTES, file);
    fclose(file);
    made.header_count = number_at(made.bytes);
    tw_fuzz_require(remove(path) == 0 && rmdir(folder) == 0);
    tw_fuzz_require(made.count < TW_FUZZ_CHECKPOINT_BYTES &&
                    HEADER_AT + made.header_count < made.count);
    return &made;
}

// Replaces in the header, if it is there and the result fits.
static void replace(tw_fuzz_checkpoint *file, const uint8_t *words, size_t count,
                    const uint8_t *other, size_t other_count) {
    uint8_t *header = file->bytes + HEADER_AT;
    uint8_t *at = count == 0 ? NULL : memmem(header, file->header_count, words, count);
    if (at == NULL || file->count + other_count > TW_FUZZ_CHECKPOINT_BYTES) return;
    memmove(at + other_count, at + count, (size_t)(file->bytes + file->count - at) - count);
    memcpy(at, other, other_count);
    file->count = file->count + other_count - count;
    file->header_count = file->header_count + other_count - count;
    for (int i = 0; i < 8; i++) file->bytes[i] = (uint8_t)(file->header_count >> (8 * i));
}

void tw_fuzz_edit(const uint8_t *bytes, size_t count, tw_fuzz_checkpoint *file) {
    *file = *checkpoint();
    while (count > 0) {
        const uint8_t *end = memchr(bytes, '\n', count);
        size_t length = end == NULL ? count : (size_t)(end - bytes);
        const uint8_t *tab = memchr(bytes, '\t', length);
        if (tab != NULL) {
            replace(file, bytes, (size_t)(tab - bytes), tab + 1,
                    length - (size_t)(tab - bytes) - 1);
        }
        size_t passed = length + (end == NULL ? 0 : 1);
        bytes += passed;
        count -= passed;
    }
}
