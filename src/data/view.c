// Views: some rows of another set, in an order of their own; and the split that makes two of them.
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "data/set.h"
#include "data/split.h"

typedef struct view {
    tw_data *data;
    int64_t *rows; // [count] of `data`
} view;

// Rows are translated a block at a time: a fetch does not allocate.
static tw_status fetch(void *state, tw_context *context, const tw_data_request *request) {
    enum { CHUNK = 256 };

    const view *looks = state;
    const tw_encoding *encoding = looks->data->encoding;
    size_t size = tw_dtype_size(request->dtype);
    size_t x_bytes = (size_t)tw_shape_elements(&encoding->shape) * size;
    size_t target_bytes =
        encoding->kind == TW_TARGET_CLASS ? sizeof(int32_t) : (size_t)encoding->target_width * size;
    for (int64_t first = 0; first < request->count; first += CHUNK) {
        int64_t rows[CHUNK];
        tw_data_request part = *request;
        part.rows = rows;
        part.count = request->count - first < CHUNK ? request->count - first : CHUNK;
        for (int64_t i = 0; i < part.count; i++) rows[i] = looks->rows[request->rows[first + i]];
        if (part.x != NULL) part.x = (char *)part.x + (size_t)first * x_bytes;
        if (part.targets != NULL) {
            part.targets = (char *)part.targets + (size_t)first * target_bytes;
        }
        tw_status status = tw_data_fetch_in(looks->data, context, &part);
        if (status != TW_OK) return status;
    }
    return TW_OK;
}

static void free_view(void *state) {
    view *looks = state;
    if (looks == NULL) return;
    tw_data_free(looks->data);
    tw_release(looks->rows);
    tw_release(looks);
}

static const tw_storage view_storage = {.fetch = fetch, .free = free_view};

// `rows` taken, also on failure.
static tw_status new_view(tw_data *data, int64_t *rows, int64_t count, const char *name,
                          tw_data **made) {
    *made = NULL;
    tw_encoding *encoding = NULL;
    view *looks = tw_allocate(data->context, 1, sizeof *looks);
    tw_status status = looks == NULL ? TW_NO_MEMORY : tw_encoding_copy(data->encoding, &encoding);
    if (status != TW_OK) {
        tw_release(looks);
        tw_release(rows);
        return status;
    }
    *looks = (view){tw_data_retain(data), rows};
    tw_data_parts parts = {.name = name,
                           .count = count,
                           .encoding = encoding,
                           .description = data->description,
                           .quick = data->quick,
                           .storage = &view_storage,
                           .state = looks};
    return tw_data_new(data->context, &parts, made);
}

tw_status tw_data_select(tw_data *data, const int64_t *rows, int64_t count, tw_data **made) {
    *made = NULL;
    if (count < 1) {
        return tw_fail(data->context, TW_BAD_ARGUMENT,
                       "%s: a view of %" PRId64 " examples; at least one is needed", data->name,
                       count);
    }
    for (int64_t i = 0; i < count; i++) {
        if (rows[i] >= 0 && rows[i] < data->count) continue;
        return tw_fail(data->context, TW_BAD_ARGUMENT,
                       "%s: example %" PRId64 " of %" PRId64 " does not exist; they count from 0",
                       data->name, rows[i], data->count);
    }
    int64_t *copy = tw_allocate(data->context, (size_t)count, sizeof *copy);
    if (copy == NULL) return TW_NO_MEMORY;
    memcpy(copy, rows, (size_t)count * sizeof *copy);
    return new_view(data, copy, count, data->name, made);
}

static tw_status mark_held(tw_data *data, double fraction, uint64_t seed, bool *held,
                           int64_t *held_count) {
    tw_split split = {.count = data->count, .share = fraction, .seed = seed};
    if (data->encoding->kind != TW_TARGET_CLASS)
        return tw_split_mark(data->context, &split, held, held_count);
    int32_t *labels = tw_allocate(data->context, (size_t)data->count, sizeof *labels);
    split.labels = labels;
    split.classes = tw_data_classes(data);
    tw_status status =
        labels == NULL ? TW_NO_MEMORY : tw_data_read_labels(data, 0, data->count, labels);
    if (status == TW_OK) status = tw_split_mark(data->context, &split, held, held_count);
    tw_release(labels);
    return status;
}

static tw_status view_where(tw_data *data, const bool *held, bool wanted, int64_t count,
                            const char *word, tw_data **made) {
    *made = NULL;
    int64_t *rows = tw_allocate(data->context, (size_t)count, sizeof *rows);
    if (rows == NULL) return TW_NO_MEMORY;
    int64_t taken = 0;
    for (int64_t i = 0; i < data->count; i++) {
        if (held[i] == wanted) rows[taken++] = i;
    }
    assert(taken == count);
    tw_text name;
    tw_text_start(&name, data->context);
    tw_text_add(&name, "%s (%s)", data->name, word);
    tw_status status = name.status;
    if (status == TW_OK) {
        status = new_view(data, rows, count, name.data, made);
    } else {
        tw_release(rows);
    }
    tw_text_free(&name);
    return status;
}

tw_status tw_data_split(tw_data *data, double fraction, uint64_t seed, tw_data **kept,
                        tw_data **held) {
    *kept = NULL;
    *held = NULL;
    if (!(fraction > 0.0 && fraction < 1.0) || data->count < 2) {
        char digits[TW_NUMBER_BYTES];
        return tw_fail(data->context, TW_BAD_ARGUMENT,
                       "%s: %s of %" PRId64 " examples cannot be held out; give a fraction between "
                       "0 and 1 of at least 2",
                       data->name, tw_format_number(fraction, digits), data->count);
    }
    bool *marks = tw_allocate(data->context, (size_t)data->count, sizeof *marks);
    if (marks == NULL) return TW_NO_MEMORY;
    int64_t held_count = 0;
    tw_status status = mark_held(data, fraction, seed, marks, &held_count);
    if (status == TW_OK) {
        status = view_where(data, marks, false, data->count - held_count, "kept", kept);
    }
    if (status == TW_OK) status = view_where(data, marks, true, held_count, "held out", held);
    if (status != TW_OK) {
        tw_data_free(*kept);
        *kept = NULL;
    }
    tw_release(marks);
    return status;
}
