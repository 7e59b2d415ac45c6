// cifar10: records of one label byte and 3 planes of 32x32 bytes, in files of any number of records.
#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "data/images.h"

enum { PIXELS = 3 * 32 * 32, RECORD = 1 + PIXELS, CLASSES = 10, RECORDS_MAX = 1 << 24 };

static const char *const class_words[CLASSES] = {
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};

// Files of records in a folder; those with "test" in their name are the test set's.
typedef struct parts {
    tw_names train, test;
} parts;

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

// A file of a folder, by its name there; folders are passed over.
static tw_status add_file(const tw_opening *opening, const char *name, parts *found) {
    tw_text path;
    tw_text_start(&path, opening->context);
    tw_text_add(&path, "%s/%s", opening->spec->place, name);
    tw_status status = path.status;
    if (status == TW_OK && !tw_path_is_folder(path.data)) {
        tw_names *names = strstr(name, "test") != NULL ? &found->test : &found->train;
        status = tw_names_add(opening->context, names, path.data, path.length);
    }
    tw_text_free(&path);
    return status;
}

static tw_status find_files(const tw_opening *opening, parts *found) {
    const char *place = opening->spec->place;
    if (tw_path_exists(place) && !tw_path_is_folder(place)) {
        return tw_names_add(opening->context, &found->train, place, strlen(place));
    }
    tw_folder folder;
    tw_status status = tw_folder_list(opening->context, place, &folder);
    for (size_t i = 0; i < folder.count && status == TW_OK; i++) {
        if (ends_with(folder.names[i], ".bin")) {
            status = add_file(opening, folder.names[i], found);
        }
    }
    tw_folder_free(&folder);
    if (status != TW_OK || found->train.count + found->test.count > 0) return status;
    return tw_fail(opening->context, TW_NOT_FOUND,
                   "%s: holds no file of CIFAR-10 records; data_batch_1.bin or other .bin files "
                   "are needed",
                   place);
}

static tw_status read_records(tw_context *context, const char *path, tw_images *images) {
    tw_file *file = NULL;
    uint8_t record[RECORD];
    tw_status status = tw_file_open(context, path, &file);
    int64_t size = status == TW_OK ? tw_file_size(file) : 0;
    int64_t count = size / RECORD, before = images->count;
    if (status == TW_OK && (count < 1 || size % RECORD != 0)) {
        status = tw_fail(context, TW_BAD_FILE,
                         "%s: has %" PRId64 " bytes; files of CIFAR-10 records hold a multiple of "
                         "%d",
                         path, size, RECORD);
    } else if (status == TW_OK && before + count > RECORDS_MAX) {
        status = tw_fail(context, TW_BAD_FILE, "%s: makes %" PRId64 " records; at most %d are read",
                         path, before + count, RECORDS_MAX);
    }
    if (status == TW_OK) {
        status = tw_reallocate(context, (void **)&images->pixels, (size_t)before,
                               (size_t)(before + count), PIXELS);
    }
    if (status == TW_OK) {
        status = tw_reallocate(context, (void **)&images->labels, (size_t)before,
                               (size_t)(before + count), sizeof(int32_t));
    }
    for (int64_t i = 0; i < count && status == TW_OK; i++) {
        status = tw_file_read(file, i * RECORD, record, sizeof record);
        if (status == TW_OK && record[0] >= CLASSES) {
            status =
                tw_fail(context, TW_BAD_FILE, "%s: byte %" PRId64 ": label %d; 0 to 9 are possible",
                        path, i * RECORD, record[0]);
        }
        if (status != TW_OK) break;
        images->labels[before + i] = record[0];
        memcpy(images->pixels + (before + i) * PIXELS, record + 1, PIXELS);
    }
    if (status == TW_OK) images->count += count;
    tw_file_close(file);
    return status;
}

static tw_status open_part(const tw_opening *opening, const tw_names *paths, const char *name,
                           tw_data **data) {
    tw_images images = {.shape = {3, {3, 32, 32}}};
    tw_names classes = {0};
    tw_status status = TW_OK;
    for (size_t i = 0; i < paths->count && status == TW_OK; i++) {
        status = read_records(opening->context, paths->items[i], &images);
    }
    for (int i = 0; i < CLASSES && status == TW_OK; i++) {
        status = tw_names_add(opening->context, &classes, class_words[i], strlen(class_words[i]));
    }
    if (status == TW_OK) status = tw_images_to_data(opening, &images, &classes, name, data);
    tw_names_free(&classes);
    tw_images_free(&images);
    return status;
}

static tw_status open_cifar10(const tw_opening *opening, tw_data **train, tw_data **test) {
    parts found = {0};
    tw_text name;
    tw_text_start(&name, opening->context);
    tw_text_add(&name, "%s (test)", opening->spec->text);
    tw_status status = name.status;
    if (status == TW_OK) status = find_files(opening, &found);
    bool learning = opening->like == NULL;
    if (status == TW_OK && found.train.count > 0 && (learning || found.test.count == 0)) {
        status = open_part(opening, &found.train, opening->spec->text, train);
    }
    if (status == TW_OK && found.test.count > 0) {
        // A folder that has only test files can be trained on all the same.
        tw_data **to = learning && found.train.count == 0 ? train : test;
        status = open_part(opening, &found.test, to == test ? name.data : opening->spec->text, to);
    }
    tw_names_free(&found.train);
    tw_names_free(&found.test);
    tw_text_free(&name);
    return status;
}

static const char *const keys[] = {NULL};

const tw_format tw_format_cifar10 = {
    .about =
        {.name = "cifar10",
         .usage = "cifar10:DIR",
         .summary =
             "a folder with files of CIFAR-10 records (.bin); 'test' in a name marks the test set"},
    .keys = keys,
    .takes_place = true,
    .open = open_cifar10,
};
