// libsvm: `LABEL INDEX:VALUE INDEX:VALUE ...`, a line an example; what is not written is 0. Kept sparse,
// by rows, and spread out when fetched.
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "data/spec.h"

enum { CLASSES_MAX = 20 }; // distinct whole labels that are taken for classes

typedef struct entry {
    int32_t index; // as in the file, until the base is known; then from 0
    float value;
} entry;

typedef struct sparse {
    entry *entries;
    size_t entry_count, entry_capacity;
    size_t *starts; // [count + 1] of each row's entries
    double *labels; // [count] as in the file
    int64_t *lines; // [count] for messages, from 1
    size_t count, start_capacity, label_capacity, line_capacity;
    int64_t features;
    tw_target_kind kind;
    int32_t *classes; // [count] for TW_TARGET_CLASS
} sparse;

static void free_sparse(void *state) {
    sparse *from = state;
    if (from == NULL) return;
    tw_release(from->entries);
    tw_release(from->starts);
    tw_release(from->labels);
    tw_release(from->lines);
    tw_release(from->classes);
    tw_release(from);
}

static void spread(const sparse *from, int64_t row, tw_dtype dtype, void *x) {
    size_t first = from->starts[row], end = from->starts[row + 1];
    memset(x, 0, (size_t)from->features * tw_dtype_size(dtype));
    for (size_t i = first; i < end; i++) {
        const entry *e = &from->entries[i];
        if (dtype == TW_F32)
            ((float *)x)[e->index] = e->value;
        else
            ((double *)x)[e->index] = (double)e->value;
    }
}

static tw_status fetch(void *state, tw_context *context, const tw_data_request *request) {
    const sparse *from = state;
    (void)context;
    size_t row_bytes = (size_t)from->features * tw_dtype_size(request->dtype);
    for (int64_t i = 0; i < request->count; i++) {
        int64_t row = request->rows[i];
        if (request->x != NULL) {
            spread(from, row, request->dtype, (char *)request->x + (size_t)i * row_bytes);
        }
        if (request->targets == NULL) continue;
        if (from->kind == TW_TARGET_CLASS) {
            ((int32_t *)request->targets)[i] = from->classes[row];
        } else if (request->dtype == TW_F32) {
            ((float *)request->targets)[i] = (float)from->labels[row];
        } else {
            ((double *)request->targets)[i] = from->labels[row];
        }
    }
    return TW_OK;
}

static const tw_storage sparse_storage = {.fetch = fetch, .free = free_sparse};

// A reading of the text.
typedef struct reader {
    const tw_opening *opening;
    tw_context *context;
    const char *path;
    const char *text, *end, *line_start, *at;
    int64_t line;
} reader;

static tw_status fail_at(const reader *r, const char *at, const char *format, const char *tail) {
    int shown = 0;
    while (shown < 40 && at + shown < r->end && (unsigned char)at[shown] > ' ') shown++;
    char what[160];
    snprintf(what, sizeof what, format, shown, at);
    return tw_fail(r->context, TW_BAD_FILE, "%s:%" PRId64 ":%td: %s; %s", r->path, r->line,
                   at - r->line_start + 1, what, tail);
}

static bool at_line_end(const reader *r) {
    return r->at == r->end || *r->at == '\n' || *r->at == '#' ||
           (*r->at == '\r' && (r->at + 1 == r->end || r->at[1] == '\n'));
}

static void pass_blanks(reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t')) r->at++;
}

static bool at_blank(const reader *r) {
    return at_line_end(r) || *r->at == ' ' || *r->at == '\t';
}

static bool read_number(reader *r, double *value) {
    size_t taken = tw_parse_number(r->at, (size_t)(r->end - r->at), value);
    r->at += taken;
    *value += 0.0; // -0 is the label 0
    return taken > 0 && tw_fits_f32(*value);
}

static tw_status read_label(reader *r, double *label) {
    const char *first = r->at;
    if (read_number(r, label) && at_blank(r)) return TW_OK;
    return fail_at(r, first, "'%.*s' is not a label",
                   "a line is LABEL INDEX:VALUE INDEX:VALUE ...");
}

static tw_status read_entry(reader *r, int64_t before, entry *e) {
    const char *first = r->at;
    int64_t index = 0;
    double value = 0.0;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9' && index <= TW_FEATURES_MAX) {
        index = index * 10 + (*r->at++ - '0');
    }
    bool good = r->at > first && r->at < r->end && *r->at == ':';
    if (index > TW_FEATURES_MAX) {
        return fail_at(r, first, "'%.*s' has too large an index",
                       "at most " TW_DIGITS(TW_FEATURES_MAX) " is read");
    }
    if (good) {
        r->at++;
        good = read_number(r, &value) && at_blank(r);
    }
    if (!good) return fail_at(r, first, "'%.*s' is not INDEX:VALUE", "write it like 3:0.25");
    if (index <= before) {
        return fail_at(r, first, "'%.*s' does not ascend",
                       "the indices of a line have to grow from left to right");
    }
    *e = (entry){(int32_t)index, (float)value};
    return TW_OK;
}

static tw_status read_entries(reader *r, sparse *to) {
    int64_t before = -1;
    for (pass_blanks(r); !at_line_end(r); pass_blanks(r)) {
        tw_status status = tw_grow(r->context, (void **)&to->entries, to->entry_count,
                                   &to->entry_capacity, sizeof(entry));
        if (status == TW_OK) status = read_entry(r, before, &to->entries[to->entry_count]);
        if (status != TW_OK) return status;
        before = to->entries[to->entry_count++].index;
    }
    return TW_OK;
}

static tw_status grow_rows(reader *r, sparse *to) {
    tw_context *context = r->context;
    tw_status status =
        tw_grow(context, (void **)&to->starts, to->count + 1, &to->start_capacity, sizeof(size_t));
    if (status == TW_OK) {
        status =
            tw_grow(context, (void **)&to->labels, to->count, &to->label_capacity, sizeof(double));
    }
    if (status == TW_OK) {
        status =
            tw_grow(context, (void **)&to->lines, to->count, &to->line_capacity, sizeof(int64_t));
    }
    return status;
}

static tw_status read_line(reader *r, sparse *to) {
    r->line_start = r->at;
    r->line++;
    pass_blanks(r);
    tw_status status = TW_OK;
    if (!at_line_end(r)) {
        status = grow_rows(r, to);
        if (status == TW_OK) status = read_label(r, &to->labels[to->count]);
        if (status == TW_OK) status = read_entries(r, to);
        if (status != TW_OK) return status;
        to->lines[to->count++] = r->line;
        to->starts[to->count] = to->entry_count;
    }
    while (r->at < r->end && *r->at != '\n') r->at++;
    if (r->at < r->end) r->at++;
    return TW_OK;
}

static tw_status read_lines(reader *r, sparse *to) {
    while (r->at < r->end) {
        tw_status status = read_line(r, to);
        if (status != TW_OK) return status;
    }
    if (to->count > 0) return TW_OK;
    return tw_fail(r->context, TW_BAD_FILE, "%s: holds no rows", r->path);
}

// The base of the indices: the one stated, else the training set's, else 0 if an index 0 occurs, else 1,
// which is the custom.
static tw_status find_base(const reader *r, sparse *to, int64_t *base, bool *stated) {
    *stated = tw_spec_value(r->opening->spec, "base") != NULL;
    int32_t lowest = INT32_MAX;
    for (size_t i = 0; i < to->entry_count; i++) {
        if (to->entries[i].index < lowest) lowest = to->entries[i].index;
    }
    *base = to->entry_count > 0 && lowest == 0 ? 0 : 1;
    if (r->opening->like != NULL) *base = r->opening->like->index_base;
    tw_status status = tw_spec_integer(r->opening->spec, "base", 0, 1, base);
    if (status != TW_OK) return status;
    if (*base == 1 && lowest == 0) {
        return tw_fail(r->context, TW_BAD_FILE,
                       "%s: has an index 0, where indices count from 1; add ?base=0", r->path);
    }
    return TW_OK;
}

// Makes indices count from 0 and finds the width, which a later set takes from the training set.
static tw_status set_width(const reader *r, sparse *to, int64_t base, int64_t *largest) {
    *largest = 0;
    for (size_t i = 0; i < to->entry_count; i++) {
        to->entries[i].index -= (int32_t)base;
        if (to->entries[i].index + 1 > *largest) *largest = to->entries[i].index + 1;
    }
    to->features = *largest;
    if (r->opening->like != NULL) {
        to->features = tw_shape_elements(&r->opening->like->shape);
        if (*largest <= to->features) return TW_OK;
        return tw_fail(r->context, TW_MISMATCH,
                       "%s: has %" PRId64 " features; the training set had %" PRId64, r->path,
                       *largest, to->features);
    }
    tw_status status =
        tw_spec_integer(r->opening->spec, "features", 1, TW_FEATURES_MAX, &to->features);
    if (status != TW_OK) return status;
    if (to->features >= *largest && to->features > 0) return TW_OK;
    return tw_fail(r->context, TW_BAD_FILE, "%s: has %" PRId64 " features; %s", r->path, *largest,
                   *largest == 0 ? "at least 1 is needed" : "state no fewer");
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The distinct labels in order, up to CLASSES_MAX and one more; false if one is no whole number.
static bool find_distinct(const sparse *from, double distinct[CLASSES_MAX + 1], size_t *count) {
    *count = 0;
    for (size_t i = 0; i < from->count && *count <= CLASSES_MAX; i++) {
        size_t k = 0;
        if (from->labels[i] != floor(from->labels[i])) return false;
        while (k < *count && distinct[k] != from->labels[i]) k++;
        if (k == *count) distinct[(*count)++] = from->labels[i];
    }
    qsort(distinct, *count, sizeof *distinct, by_value);
    return *count >= 2 && *count <= CLASSES_MAX;
}

static tw_status learn_target(const reader *r, const sparse *from, tw_encoding *encoding) {
    static const char *const wishes[] = {"auto", "class", "value"};
    double distinct[CLASSES_MAX + 1];
    size_t count = 0;
    int wish = 0;
    tw_status status = tw_spec_word(r->opening->spec, "target_kind", wishes, 3, &wish);
    if (status != TW_OK) return status;
    bool classes = find_distinct(from, distinct, &count);
    if (wish == 1 && !classes) {
        return tw_fail(r->context, TW_BAD_FILE,
                       "%s: the labels are not classes; 2 to %d different whole numbers would be",
                       r->path, CLASSES_MAX);
    }
    classes = classes && wish != 2;
    encoding->kind = classes ? TW_TARGET_CLASS : TW_TARGET_VALUE;
    encoding->target_width = classes ? 0 : 1;
    for (size_t i = 0; i < count && classes && status == TW_OK; i++) {
        char digits[TW_NUMBER_BYTES];
        tw_format_number(distinct[i], digits);
        status = tw_names_add(r->context, &encoding->classes, digits, strlen(digits));
    }
    return status;
}

static tw_status label_rows(const reader *r, sparse *to, const tw_encoding *encoding) {
    to->kind = encoding->kind;
    if (encoding->kind != TW_TARGET_CLASS) return TW_OK;
    to->classes = tw_allocate(r->context, to->count, sizeof *to->classes);
    if (to->classes == NULL) return TW_NO_MEMORY;
    for (size_t i = 0; i < to->count; i++) {
        char digits[TW_NUMBER_BYTES];
        tw_format_number(to->labels[i], digits);
        to->classes[i] = tw_names_find(&encoding->classes, digits, strlen(digits));
        if (to->classes[i] >= 0) continue;
        return tw_fail(r->context, TW_MISMATCH,
                       "%s:%" PRId64 ":1: label %s is not a class of the training set", r->path,
                       to->lines[i], digits);
    }
    return TW_OK;
}

static tw_status encode(const reader *r, sparse *to, tw_encoding **encoding, tw_text *said) {
    int64_t base = 1, largest = 0;
    bool stated = false;
    if (r->opening->like != NULL && r->opening->like->mean != NULL) {
        return tw_fail(r->context, TW_MISMATCH,
                       "%s: is read as it is; the training set was standardised", r->path);
    }
    tw_status status = find_base(r, to, &base, &stated);
    if (status == TW_OK) status = set_width(r, to, base, &largest);
    if (status == TW_OK && r->opening->like != NULL) {
        status = tw_encoding_copy(r->opening->like, encoding);
    } else if (status == TW_OK) {
        status = tw_encoding_new(r->context, encoding);
        if (status == TW_OK) (*encoding)->shape = (tw_shape){1, {to->features}};
        if (status == TW_OK) status = learn_target(r, to, *encoding);
    }
    if (status == TW_OK) status = label_rows(r, to, *encoding);
    if (status == TW_OK) (*encoding)->index_base = base;
    if (status != TW_OK) return status;
    tw_text_add(said, "%zu row%s, %zu value%s written, the rest 0\n", to->count,
                tw_plural((int64_t)to->count), to->entry_count,
                tw_plural((int64_t)to->entry_count));
    const char *how = stated ? "stated" : r->opening->like != NULL ? "as in training" : "found";
    tw_text_add(said,
                "indices from %" PRId64 " (%s), the largest is %" PRId64 "; %" PRId64
                " feature%s%s\n",
                base, how, largest + base - 1, to->features, tw_plural(to->features),
                r->opening->like != NULL ? ", as in training" : "");
    tw_text_add(said, "%s; nothing is standardised\n",
                (*encoding)->kind == TW_TARGET_CLASS ? "labels are classes, by size"
                                                     : "labels are values");
    return said->status;
}

static tw_status build(reader *r, const char *bytes, size_t length, tw_data **data) {
    tw_encoding *encoding = NULL;
    tw_text said;
    tw_text_start(&said, r->context);
    sparse *made = tw_allocate(r->context, 1, sizeof *made);
    tw_status status = made == NULL ? TW_NO_MEMORY : TW_OK;
    r->text = r->at = r->line_start = bytes;
    r->end = bytes + length;
    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) r->at += 3; // a byte order mark
    if (status == TW_OK) status = read_lines(r, made);
    if (status == TW_OK) status = encode(r, made, &encoding, &said);
    if (status == TW_OK) {
        tw_data_parts parts = {.name = r->opening->spec->text,
                               .count = (int64_t)made->count,
                               .encoding = encoding,
                               .description = said.data,
                               .storage = &sparse_storage,
                               .state = made};
        status = tw_data_new(r->context, &parts, data);
    } else {
        free_sparse(made);
        tw_encoding_free(encoding);
    }
    tw_text_free(&said);
    return status;
}

static tw_status open_libsvm(const tw_opening *opening, tw_data **train, tw_data **test) {
    static const size_t bytes_max = (size_t)1 << 40;
    reader r = {.opening = opening, .context = opening->context, .path = opening->spec->place};
    char *bytes = NULL;
    size_t length = 0;
    (void)test;
    tw_status status = tw_file_read_all(opening->context, r.path, bytes_max, &bytes, &length);
    if (status == TW_OK) status = build(&r, bytes, length, train);
    tw_release(bytes);
    return status;
}

static const char *const keys[] = {"base", "features", "target_kind", NULL};

const tw_format tw_format_libsvm = {
    .about = {.name = "libsvm",
              .usage = "libsvm:FILE[?base=0|1][&features=N][&target_kind=class|value]",
              .summary = "sparse rows LABEL INDEX:VALUE ..."},
    .keys = keys,
    .takes_place = true,
    .open = open_libsvm,
};
