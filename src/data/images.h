// What the formats of images share: IDX files, and sets made of bytes and labels.
#ifndef TW_DATA_IMAGES_H
#define TW_DATA_IMAGES_H

#include "data/spec.h"

// Bytes and labels as they came from files.
typedef struct tw_images {
    tw_shape shape;  // of one image
    int64_t count;   // of images
    uint8_t *pixels; // [count, ...]
    int32_t *labels; // [count], NULL if none are known
} tw_images;

void tw_images_free(tw_images *images);

// Reads one IDX file of images, and one of labels unless `label_path` is NULL. Free with tw_images_free,
// also on failure. Errors: TW_NOT_FOUND, TW_IO, TW_BAD_FILE, TW_NO_MEMORY.
tw_status tw_images_read_idx(tw_context *context, const char *image_path, const char *label_path,
                             tw_images *images);

// A set of them; what `images` holds is taken, also on failure. `names`: of the classes, NULL for
// "0", "1", ... up to the largest label (or as many as `like` has).
tw_status tw_images_to_data(const tw_opening *opening, tw_images *images, const tw_names *names,
                            const char *name, tw_data **data);

#endif
