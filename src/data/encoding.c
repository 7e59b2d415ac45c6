// Encodings in memory; encoding_text.c has the text.
#include "data/encoding.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

tw_status tw_names_add(tw_context *context, tw_names *names, const char *text, size_t length) {
    tw_status status =
        tw_grow(context, (void **)&names->items, names->count, &names->capacity, sizeof(char *));
    if (status != TW_OK) return status;
    char *copy = tw_copy_text(context, text, length);
    if (copy == NULL) return TW_NO_MEMORY;
    names->items[names->count++] = copy;
    return TW_OK;
}

void tw_names_free(tw_names *names) {
    for (size_t i = 0; i < names->count; i++) tw_release(names->items[i]);
    tw_release(names->items);
    *names = (tw_names){0};
}

int tw_names_find(const tw_names *names, const char *text, size_t length) {
    assert(names->count <= TW_CLASSES_MAX);
    for (size_t i = 0; i < names->count; i++) {
        const char *item = names->items[i];
        if (strncmp(item, text, length) == 0 && item[length] == '\0') return (int)i;
    }
    return -1;
}

tw_status tw_encoding_new(tw_context *context, tw_encoding **encoding) {
    *encoding = tw_allocate(context, 1, sizeof **encoding);
    if (*encoding == NULL) return TW_NO_MEMORY;
    **encoding = (tw_encoding){
        .context = context,
        .kind = TW_TARGET_NONE,
        .target_deviation = 1.0,
    };
    return TW_OK;
}

void tw_encoding_free(tw_encoding *encoding) {
    if (encoding == NULL) return;
    for (size_t i = 0; i < encoding->column_count; i++) {
        tw_release(encoding->columns[i].name);
        tw_names_free(&encoding->columns[i].categories);
    }
    tw_release(encoding->columns);
    tw_release(encoding->mean);
    tw_release(encoding->deviation);
    tw_names_free(&encoding->classes);
    tw_release(encoding);
}

tw_status tw_encoding_add_column(tw_encoding *encoding, const char *name, size_t length,
                                 tw_column_kind kind, tw_column **column) {
    *column = NULL;
    tw_status status =
        tw_grow(encoding->context, (void **)&encoding->columns, encoding->column_count,
                &encoding->column_capacity, sizeof(tw_column));
    if (status != TW_OK) return status;
    char *copy = tw_copy_text(encoding->context, name, length);
    if (copy == NULL) return TW_NO_MEMORY;
    *column = &encoding->columns[encoding->column_count++];
    **column = (tw_column){.name = copy, .kind = kind};
    return TW_OK;
}

tw_status tw_encoding_number_classes(tw_encoding *encoding, int count) {
    assert(count >= 0 && count <= TW_CLASSES_MAX && encoding->classes.count == 0);
    tw_status status = TW_OK;
    encoding->kind = TW_TARGET_CLASS;
    for (int i = 0; i < count && status == TW_OK; i++) {
        char digits[16];
        int length = snprintf(digits, sizeof digits, "%d", i);
        status = tw_names_add(encoding->context, &encoding->classes, digits, (size_t)length);
    }
    return status;
}

tw_status tw_encoding_make_scales(tw_encoding *encoding, int64_t features) {
    assert(features > 0 && encoding->mean == NULL);
    encoding->mean = tw_allocate(encoding->context, (size_t)features, sizeof(double));
    encoding->deviation = tw_allocate(encoding->context, (size_t)features, sizeof(double));
    return encoding->mean == NULL || encoding->deviation == NULL ? TW_NO_MEMORY : TW_OK;
}

static tw_status copy_names(tw_context *context, const tw_names *from, tw_names *to) {
    tw_status status = TW_OK;
    for (size_t i = 0; i < from->count && status == TW_OK; i++) {
        status = tw_names_add(context, to, from->items[i], strlen(from->items[i]));
    }
    return status;
}

static tw_status copy_columns(const tw_encoding *from, tw_encoding *to) {
    for (size_t i = 0; i < from->column_count; i++) {
        const tw_column *column = &from->columns[i];
        tw_column *made = NULL;
        tw_status status =
            tw_encoding_add_column(to, column->name, strlen(column->name), column->kind, &made);
        if (status != TW_OK) return status;
        made->fill = column->fill;
        status = copy_names(to->context, &column->categories, &made->categories);
        if (status != TW_OK) return status;
    }
    return TW_OK;
}

static tw_status copy_scales(const tw_encoding *from, tw_encoding *to) {
    if (from->mean == NULL) return TW_OK;
    int64_t features = tw_shape_elements(&from->shape);
    tw_status status = tw_encoding_make_scales(to, features);
    if (status != TW_OK) return status;
    memcpy(to->mean, from->mean, (size_t)features * sizeof(double));
    memcpy(to->deviation, from->deviation, (size_t)features * sizeof(double));
    return TW_OK;
}

tw_status tw_encoding_copy(const tw_encoding *encoding, tw_encoding **copy) {
    tw_status status = tw_encoding_new(encoding->context, copy);
    if (status != TW_OK) return status;
    tw_encoding *to = *copy;
    to->shape = encoding->shape;
    to->kind = encoding->kind;
    to->target_width = encoding->target_width;
    to->target_mean = encoding->target_mean;
    to->target_deviation = encoding->target_deviation;
    to->has_header = encoding->has_header;
    to->index_base = encoding->index_base;
    status = copy_names(to->context, &encoding->classes, &to->classes);
    if (status == TW_OK) status = copy_columns(encoding, to);
    if (status == TW_OK) status = copy_scales(encoding, to);
    if (status == TW_OK) return TW_OK;
    tw_encoding_free(to);
    *copy = NULL;
    return status;
}
