// Any bytes as a safetensors file: no crash; what it claims to hold can be read.
#include <string.h>

#include "fuzz/fuzz.h"
#include "thalweg/archive.h"

static void read_array(tw_archive *archive, int index) {
    const tw_shape *shape = tw_archive_shape(archive, index);
    size_t size = tw_dtype_size(tw_archive_dtype(archive, index));
    int64_t elements = tw_shape_elements(shape);
    tw_fuzz_require(elements >= 0 && elements < 1 << 20 && shape->rank <= TW_RANK_MAX);
    void *block = malloc((size_t)elements * size + 1);
    tw_fuzz_require(block != NULL && tw_archive_read(archive, index, block) == TW_OK);
    free(block);
    int found = tw_archive_find(archive, tw_archive_name(archive, index));
    tw_fuzz_require(found == index);
}

static void read_all(tw_context *context, tw_archive *archive) {
    const char *key = NULL;
    bool checked = false;
    for (int i = 0; i < tw_archive_count(archive); i++) read_array(archive, i);
    for (int i = 0; tw_archive_text_at(archive, i, &key) != NULL; i++) {
        tw_fuzz_require(
            strcmp(tw_archive_text_at(archive, i, &key), tw_archive_text_of(archive, key)) == 0);
    }
    tw_status status = tw_archive_verify(archive, &checked);
    if (status != TW_OK) tw_fuzz_require_words(context, status);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    tw_context *context = tw_fuzz_begin();
    tw_archive *archive = NULL;
    tw_status status = tw_archive_open(context, tw_fuzz_file(0, bytes, count), &archive);
    if (status == TW_OK)
        read_all(context, archive);
    else
        tw_fuzz_require_words(context, status);
    tw_archive_close(archive);
    return tw_fuzz_end(context);
}
