// mnist: a folder with the four IDX files of MNIST or Fashion-MNIST, gzip or not.
#include "base/file.h"
#include "base/memory.h"
#include "data/images.h"

// The first spelling that exists, or the first one; NULL if there is no memory.
static char *find_path(const tw_opening *opening, const char *part, const char *what, int rank) {
    enum { SPELLINGS = 4 }; // under which the files are handed around

    static const char *const marks[] = {"-", "-", ".", "."};
    static const char *const ends[] = {".gz", "", ".gz", ""};
    char *first = NULL;
    for (int i = 0; i < SPELLINGS; i++) {
        tw_text path;
        tw_text_start(&path, opening->context);
        tw_text_add(&path, "%s/%s-%s%sidx%d-ubyte%s", opening->spec->place, part, what, marks[i],
                    rank, ends[i]);
        char *taken = tw_text_take(&path);
        tw_text_free(&path);
        if (taken == NULL || tw_path_exists(taken)) {
            tw_release(first);
            return taken;
        }
        if (first == NULL)
            first = taken;
        else
            tw_release(taken);
    }
    return first;
}

static tw_status open_part(const tw_opening *opening, const char *part, const char *name,
                           tw_data **data) {
    tw_images images = {0};
    char *image_path = find_path(opening, part, "images", 3);
    char *label_path = find_path(opening, part, "labels", 1);
    tw_status status = image_path == NULL || label_path == NULL
                           ? TW_NO_MEMORY
                           : tw_images_read_idx(opening->context, image_path, label_path, &images);
    if (status == TW_OK) status = tw_images_to_data(opening, &images, NULL, name, data);
    tw_images_free(&images);
    tw_release(label_path);
    tw_release(image_path);
    return status;
}

static tw_status open_mnist(const tw_opening *opening, tw_data **train, tw_data **test) {
    tw_status status = TW_OK;
    tw_opening like = *opening; // the test set has the classes of the training set
    if (opening->like == NULL) status = open_part(opening, "train", opening->spec->text, train);
    if (*train != NULL) like.like = (*train)->encoding;
    tw_text name;
    tw_text_start(&name, opening->context);
    tw_text_add(&name, "%s (test)", opening->spec->text);
    if (status == TW_OK) status = name.status;
    if (status == TW_OK) status = open_part(&like, "t10k", name.data, test);
    tw_text_free(&name);
    return status;
}

static const char *const keys[] = {NULL};

const tw_format tw_format_mnist = {
    .about = {.name = "mnist",
              .usage = "mnist:DIR",
              .summary = "a folder with MNIST's four IDX files, gzip or not; also Fashion-MNIST"},
    .keys = keys,
    .takes_place = true,
    .open = open_mnist,
};
