// What all sets have in common.
#include "data/set.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"

tw_data_options tw_data_options_default(void) {
    return (tw_data_options){.seed = 1};
}

tw_data_form tw_data_form_default(void) {
    return (tw_data_form){.name = "data", .kind = TW_TARGET_CLASS, .target_width = 1};
}

tw_status tw_data_new(tw_context *context, const tw_data_parts *parts, tw_data **data) {
    assert(parts->count > 0 && tw_shape_elements(&parts->encoding->shape) > 0);
    *data = NULL;
    tw_data *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) {
        tw_encoding_free(parts->encoding);
        parts->storage->free(parts->state);
        return TW_NO_MEMORY;
    }
    *made = (tw_data){.context = context,
                      .owner_count = 1,
                      .count = parts->count,
                      .encoding = parts->encoding,
                      .quick = parts->quick,
                      .storage = parts->storage,
                      .state = parts->state};
    made->name = tw_copy_text(context, parts->name, strlen(parts->name));
    made->description = tw_copy_text(context, parts->description, strlen(parts->description));
    tw_status status = tw_encoding_format(made->encoding, &made->encoding_text);
    if (made->name == NULL || made->description == NULL) status = TW_NO_MEMORY;
    if (status != TW_OK) {
        tw_data_free(made);
        return status;
    }
    *data = made;
    return TW_OK;
}

tw_data *tw_data_retain(tw_data *data) {
    assert(data->owner_count > 0);
    data->owner_count++;
    return data;
}

void tw_data_free(tw_data *data) {
    if (data == NULL || --data->owner_count > 0) return;
    assert(data->owner_count == 0);
    data->storage->free(data->state);
    tw_encoding_free(data->encoding);
    tw_release(data->encoding_text);
    tw_release(data->description);
    tw_release(data->name);
    tw_release(data);
}

tw_context *tw_data_context(const tw_data *data) {
    return data->context;
}

const char *tw_data_name(const tw_data *data) {
    return data->name;
}

int64_t tw_data_count(const tw_data *data) {
    return data->count;
}

const tw_shape *tw_data_shape(const tw_data *data) {
    return &data->encoding->shape;
}

int64_t tw_data_features(const tw_data *data) {
    return tw_shape_elements(&data->encoding->shape);
}

tw_target_kind tw_data_target_kind(const tw_data *data) {
    return data->encoding->kind;
}

int tw_data_classes(const tw_data *data) {
    return (int)data->encoding->classes.count;
}

const char *tw_data_class_name(const tw_data *data, int index) {
    assert(index >= 0 && index < tw_data_classes(data));
    return data->encoding->classes.items[index];
}

int64_t tw_data_target_width(const tw_data *data) {
    return data->encoding->target_width;
}

double tw_data_target_mean(const tw_data *data) {
    return data->encoding->target_mean;
}

double tw_data_target_deviation(const tw_data *data) {
    return data->encoding->target_deviation;
}

const char *tw_data_description(const tw_data *data) {
    return data->description;
}

const char *tw_data_encoding(const tw_data *data) {
    return data->encoding_text;
}

tw_status tw_data_fetch_in(const tw_data *data, tw_context *context,
                           const tw_data_request *request) {
    if (request->dtype != TW_F32 && request->dtype != TW_F64) {
        return tw_fail(context, TW_BAD_ARGUMENT, "%s: examples are fetched as f32 or f64, not %s",
                       data->name, tw_dtype_name(request->dtype));
    }
    for (int64_t i = 0; i < request->count; i++) {
        int64_t row = request->rows[i];
        if (row < 0 || row >= data->count) {
            return tw_fail(context, TW_BAD_ARGUMENT,
                           "%s: example %" PRId64 " of %" PRId64
                           " does not exist; they count from 0",
                           data->name, row, data->count);
        }
    }
    return data->storage->fetch(data->state, context, request);
}

tw_status tw_data_fetch(const tw_data *data, const tw_data_request *request) {
    return tw_data_fetch_in(data, data->context, request);
}

enum { CHUNK = 256 }; // labels that are read at once

static tw_status check_labels(const tw_data *data, int64_t first, int64_t count,
                              const int32_t *labels) {
    int classes = tw_data_classes(data);
    for (int64_t i = 0; i < count; i++) {
        if (labels[i] >= 0 && labels[i] < classes) continue;
        return tw_fail(data->context, TW_BAD_ARGUMENT,
                       "%s: example %" PRId64 " has class %d; there are %d, from 0", data->name,
                       first + i, (int)labels[i], classes);
    }
    return TW_OK;
}

tw_status tw_data_read_labels(const tw_data *data, int64_t first, int64_t count, int32_t *labels) {
    assert(data->encoding->kind == TW_TARGET_CLASS);
    tw_status status = TW_OK;
    for (int64_t done = 0; done < count && status == TW_OK; done += CHUNK) {
        int64_t rows[CHUNK], part = count - done < CHUNK ? count - done : CHUNK;
        for (int64_t i = 0; i < part; i++) rows[i] = first + done + i;
        tw_data_request request = {rows, part, TW_F32, NULL, labels + done};
        status = tw_data_fetch(data, &request);
        if (status == TW_OK) status = check_labels(data, first + done, part, labels + done);
    }
    return status;
}

tw_status tw_data_count_classes(const tw_data *data, int64_t *counts) {
    int classes = tw_data_classes(data);
    if (classes == 0) {
        return tw_fail(data->context, TW_BAD_ARGUMENT, "%s: has no classes to count", data->name);
    }
    memset(counts, 0, (size_t)classes * sizeof *counts);
    for (int64_t first = 0; first < data->count; first += CHUNK) {
        int32_t labels[CHUNK];
        int64_t count = data->count - first < CHUNK ? data->count - first : CHUNK;
        tw_status status = tw_data_read_labels(data, first, count, labels);
        if (status != TW_OK) return status;
        for (int64_t i = 0; i < count; i++) counts[labels[i]]++;
    }
    return TW_OK;
}
