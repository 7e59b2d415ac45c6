// IDX files, and sets made of bytes and labels.
#include "data/images.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/checked.h"
#include "base/memory.h"
#include "data/unpack.h"

enum { IDX_UNSIGNED_BYTE = 0x08, IDX_RANK_MAX = 4 };

void tw_images_free(tw_images *images) {
    tw_release(images->pixels);
    tw_release(images->labels);
    *images = (tw_images){0};
}

// An IDX file's header: 0, 0, element type, rank, then the sizes as big-endian words.
static tw_status read_header(tw_context *context, tw_unpack *file, const char *path,
                             tw_shape *shape) {
    uint8_t magic[4];
    *shape = (tw_shape){0};
    tw_status status = tw_unpack_read(file, magic, sizeof magic);
    if (status != TW_OK) return status;
    if (magic[0] != 0 || magic[1] != 0 || magic[3] < 1 || magic[3] > IDX_RANK_MAX) {
        return tw_fail(context, TW_BAD_FILE,
                       "%s: byte 0: begins with %02x %02x %02x %02x; an IDX file of bytes begins "
                       "with 00 00 08 and 1 to 4 dimensions",
                       path, magic[0], magic[1], magic[2], magic[3]);
    }
    if (magic[2] != IDX_UNSIGNED_BYTE) {
        return tw_fail(context, TW_BAD_FILE,
                       "%s: byte 2: elements are of IDX type 0x%02x; only unsigned bytes (0x08) "
                       "are read",
                       path, magic[2]);
    }
    shape->rank = magic[3];
    for (int i = 0; i < shape->rank; i++) {
        uint8_t word[4];
        status = tw_unpack_read(file, word, sizeof word);
        if (status != TW_OK) return status;
        shape->size[i] = (int64_t)word[0] << 24 | word[1] << 16 | word[2] << 8 | word[3];
    }
    return TW_OK;
}

// The elements a header claims, which must be there (or, packed, can be there).
static tw_status check_claim(tw_context *context, const tw_unpack *file, const char *path,
                             const tw_shape *shape, int64_t *elements) {
    *elements = 1;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->size[i] < 1) {
            return tw_fail(context, TW_BAD_FILE,
                           "%s: byte %d: dimension %d is 0; at least 1 is needed", path, 4 + 4 * i,
                           i);
        }
        if (!tw_checked_multiply(*elements, shape->size[i], elements)) *elements = INT64_MAX;
        if (*elements == INT64_MAX) break;
    }
    int64_t most = tw_unpack_bytes_max(file) - tw_unpack_position(file);
    if (*elements <= most) return TW_OK;
    return tw_fail(context, TW_BAD_FILE,
                   "%s: byte 4: the header declares %" PRId64 " elements; the file can hold at "
                   "most %" PRId64,
                   path, *elements, most);
}

static tw_status read_idx(tw_context *context, const char *path, tw_shape *shape, uint8_t **bytes) {
    tw_unpack *file = NULL;
    int64_t elements = 0;
    *bytes = NULL;
    tw_status status = tw_unpack_open(context, path, &file);
    if (status == TW_OK) status = read_header(context, file, path, shape);
    if (status == TW_OK) status = check_claim(context, file, path, shape, &elements);
    if (status == TW_OK) {
        *bytes = tw_allocate(context, (size_t)elements, 1);
        status = *bytes == NULL ? TW_NO_MEMORY : tw_unpack_read(file, *bytes, (size_t)elements);
    }
    if (status == TW_OK) status = tw_unpack_end(file);
    if (status != TW_OK) {
        tw_release(*bytes);
        *bytes = NULL;
    }
    tw_unpack_close(file);
    return status;
}

static tw_status read_labels(tw_context *context, const char *path, const char *image_path,
                             tw_images *images) {
    tw_shape shape;
    uint8_t *bytes = NULL;
    tw_status status = read_idx(context, path, &shape, &bytes);
    if (status != TW_OK) return status;
    if (shape.rank != 1) {
        status =
            tw_fail(context, TW_BAD_FILE,
                    "%s: byte 3: has %d dimensions; labels have 1 (are the two files swapped?)",
                    path, shape.rank);
    } else if (shape.size[0] != images->count) {
        status = tw_fail(context, TW_BAD_FILE,
                         "%s: holds %" PRId64 " labels; %s holds %" PRId64 " images", path,
                         shape.size[0], image_path, images->count);
    } else {
        images->labels = tw_allocate(context, (size_t)images->count, sizeof(int32_t));
        if (images->labels == NULL) status = TW_NO_MEMORY;
    }
    for (int64_t i = 0; i < images->count && status == TW_OK; i++) images->labels[i] = bytes[i];
    tw_release(bytes);
    return status;
}

tw_status tw_images_read_idx(tw_context *context, const char *image_path, const char *label_path,
                             tw_images *images) {
    *images = (tw_images){0};
    tw_shape shape;
    tw_status status = read_idx(context, image_path, &shape, &images->pixels);
    if (status != TW_OK) return status;
    if (shape.rank < 2) {
        return tw_fail(
            context, TW_BAD_FILE,
            "%s: byte 3: has 1 dimension; images have 2 to 4 (are the two files swapped?)",
            image_path);
    }
    images->count = shape.size[0];
    images->shape.rank = shape.rank - 1;
    for (int i = 1; i < shape.rank; i++) images->shape.size[i - 1] = shape.size[i];
    if (tw_shape_elements(&images->shape) > TW_FEATURES_MAX) {
        return tw_fail(context, TW_BAD_FILE, "%s: byte 8: images of more than %d pixels",
                       image_path, TW_FEATURES_MAX);
    }
    return label_path == NULL ? TW_OK : read_labels(context, label_path, image_path, images);
}

static tw_status copy_classes(tw_encoding *encoding, const tw_names *names) {
    tw_status status = TW_OK;
    encoding->kind = TW_TARGET_CLASS;
    for (size_t i = 0; i < names->count && status == TW_OK; i++) {
        const char *item = names->items[i];
        status = tw_names_add(encoding->context, &encoding->classes, item, strlen(item));
    }
    return status;
}

// Classes of a set: those given, those of the training set, or as many as the labels need.
static tw_status set_classes(const tw_opening *opening, const tw_images *images,
                             const tw_names *names, const char *name, tw_encoding *encoding) {
    if (images->labels == NULL) return TW_OK;
    int32_t largest = 0;
    int64_t where = 0;
    for (int64_t i = 0; i < images->count; i++) {
        if (images->labels[i] > largest) largest = images->labels[i], where = i;
    }
    const tw_names *given = opening->like != NULL ? &opening->like->classes : names;
    if (given == NULL) return tw_encoding_number_classes(encoding, largest + 1);
    if ((size_t)largest >= given->count) {
        return tw_fail(opening->context, opening->like != NULL ? TW_MISMATCH : TW_BAD_FILE,
                       "%s: example %" PRId64 " has class %d; there are %zu, from 0", name, where,
                       (int)largest, given->count);
    }
    return copy_classes(encoding, given);
}

tw_status tw_images_to_data(const tw_opening *opening, tw_images *images, const tw_names *names,
                            const char *name, tw_data **data) {
    assert(images->count > 0 && images->pixels != NULL);
    *data = NULL;
    tw_encoding *encoding = NULL;
    tw_status status = tw_encoding_new(opening->context, &encoding);
    if (status == TW_OK) {
        encoding->shape = images->shape;
        status = set_classes(opening, images, names, name, encoding);
    }
    if (status != TW_OK) {
        tw_encoding_free(encoding);
        tw_images_free(images);
        return status;
    }
    tw_dense dense = {.dtype = TW_U8,
                      .x = images->pixels,
                      .features = tw_shape_elements(&images->shape),
                      .target_dtype = TW_I32,
                      .targets = images->labels,
                      .target_width = 1,
                      .owned_x = images->pixels,
                      .owned_targets = images->labels};
    tw_data_parts parts = {.name = name,
                           .count = images->count,
                           .encoding = encoding,
                           .description = images->labels == NULL
                                              ? "bytes, scaled to 0..1; no labels\n"
                                              : "bytes, scaled to 0..1; labels from 0\n"};
    *images = (tw_images){0};
    return tw_data_new_dense(opening->context, parts, &dense, data);
}
