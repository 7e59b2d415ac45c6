// idx: a pair of IDX files, plain or gzip: images, and labels unless there are none.
#include "base/memory.h"
#include "data/images.h"

static tw_status open_idx(const tw_opening *opening, tw_data **train, tw_data **test) {
    char *image_path = NULL, *label_path = NULL;
    tw_images images = {0};
    (void)test;
    tw_status status = tw_spec_two_paths(opening->spec, &image_path, &label_path);
    if (status == TW_OK) {
        status = tw_images_read_idx(opening->context, image_path, label_path, &images);
    }
    if (status == TW_OK) {
        status = tw_images_to_data(opening, &images, NULL, opening->spec->text, train);
    }
    tw_images_free(&images);
    tw_release(image_path);
    tw_release(label_path);
    return status;
}

static const char *const keys[] = {NULL};

const tw_format tw_format_idx = {
    .about = {.name = "idx",
              .usage = "idx:IMAGES,LABELS",
              .summary = "two IDX files of bytes, gzip or not; IMAGES alone to predict"},
    .keys = keys,
    .takes_place = true,
    .open = open_idx,
};
