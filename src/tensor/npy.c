// NumPy's file format: a magic string, a header that is a Python dictionary as text, the elements
// (numpy/lib/format.py describes versions 1 to 3). Of Python, only the forms of value that the three keys have are
// read; nothing is evaluated.
#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/checked.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "thalweg/tensor.h"

enum {
    PREFIX_BYTES = 10,
    HEADER_BYTES_MAX = 65536,
    BLOCK_ELEMENTS = 4096,
    ITEM_BYTES_MAX = 8,
    HEADER_ALIGN = 64,
};

// The element types of NumPy that are read, and what they become.
typedef struct item_type {
    const char *name; // without the byte order
    size_t bytes;
    tw_dtype dtype;
} item_type;

static const item_type item_types[] = {
    {"f4", 4, TW_F32}, {"f8", 8, TW_F64}, {"f2", 2, TW_F32}, {"u1", 1, TW_U8},
    {"b1", 1, TW_I32}, {"i1", 1, TW_I32}, {"i2", 2, TW_I32}, {"u2", 2, TW_I32},
    {"i4", 4, TW_I32}, {"u4", 4, TW_I32}, {"i8", 8, TW_I32}, {"u8", 8, TW_I32},
};

// What a header says, and where the elements begin.
typedef struct npy {
    tw_context *context;
    const char *path;
    tw_file *file;
    char *header; // [header_bytes] and NUL
    size_t header_bytes;
    int64_t header_offset, data_offset;
    const item_type *type;
    bool fortran_order;
    tw_shape shape;
    bool has_type, has_order, has_shape;
} npy;

static tw_status fail_in_header(const npy *from, const char *at, const char *what) {
    return tw_fail(from->context, TW_BAD_FILE, "%s: byte %" PRId64 ": %s", from->path,
                   from->header_offset + (at - from->header), what);
}

static tw_status read_prefix(npy *from) {
    unsigned char prefix[PREFIX_BYTES + 2];
    tw_status status = TW_OK;
    if (tw_file_size(from->file) < PREFIX_BYTES + 2) {
        return tw_fail(from->context, TW_BAD_FILE, "%s: is too short for an NPY file", from->path);
    }
    status = tw_file_read(from->file, 0, prefix, sizeof prefix);
    if (status != TW_OK) return status;
    if (memcmp(prefix, "\x93NUMPY", 6) != 0) {
        bool zip = memcmp(prefix, "PK", 2) == 0;
        return tw_fail(from->context, TW_BAD_FILE, "%s: byte 0: is no NPY file%s", from->path,
                       zip ? " but a zip (NPZ); unpack it and name one array" : "");
    }
    if (prefix[6] < 1 || prefix[6] > 3) {
        return tw_fail(from->context, TW_BAD_FILE,
                       "%s: byte 6: NPY version %d; versions 1 to 3 are read", from->path,
                       prefix[6]);
    }
    from->header_bytes = (size_t)prefix[8] | (size_t)prefix[9] << 8;
    from->header_offset = PREFIX_BYTES;
    if (prefix[6] > 1) {
        from->header_bytes |= (size_t)prefix[10] << 16 | (size_t)prefix[11] << 24;
        from->header_offset += 2;
    }
    from->data_offset = from->header_offset + (int64_t)from->header_bytes;
    if (from->header_bytes <= HEADER_BYTES_MAX && from->data_offset <= tw_file_size(from->file)) {
        return TW_OK;
    }
    return tw_fail(from->context, TW_BAD_FILE,
                   "%s: byte 8: a header of %zu bytes is declared; the file has %" PRId64
                   " bytes, and %d are read at most",
                   from->path, from->header_bytes, tw_file_size(from->file), HEADER_BYTES_MAX);
}

static const char *pass_blanks(const char *at) {
    while (*at == ' ' || *at == '\n' || *at == '\t') at++;
    return at;
}

// Passes a quoted text; `*text` and `*length` are its inside. NULL if there is none.
static const char *pass_quoted(const char *at, const char **text, size_t *length) {
    char quote = *at;
    if (quote != '\'' && quote != '"') return NULL;
    *text = at + 1;
    *length = strcspn(*text, quote == '\'' ? "'\\\n" : "\"\\\n");
    return (*text)[*length] == quote ? *text + *length + 1 : NULL;
}

static tw_status set_type(npy *from, const char *text, size_t length) {
    size_t order = length > 0 && strchr("<>|=", text[0]) != NULL ? 1 : 0;
    for (size_t i = 0; i < sizeof item_types / sizeof *item_types; i++) {
        const item_type *type = &item_types[i];
        if (length - order != 2 || memcmp(text + order, type->name, 2) != 0) continue;
        if (order == 1 && text[0] == '>' && type->bytes > 1) {
            return fail_in_header(from, text, "elements are big-endian; little-endian is read");
        }
        from->type = type;
        from->has_type = true;
        return TW_OK;
    }
    if (length > order && text[order] == 'O') {
        return fail_in_header(from, text,
                              "elements are Python objects, which are programs; save numbers");
    }
    return fail_in_header(from, text,
                          "elements are of a type that is not read; f2, f4, f8, i1 to i8, u1 to "
                          "u8 and b1 are");
}

static const char *set_order(npy *from, const char *at) {
    bool is_true = strncmp(at, "True", 4) == 0, is_false = strncmp(at, "False", 5) == 0;
    if (!is_true && !is_false) return NULL;
    from->fortran_order = is_true;
    from->has_order = true;
    return at + (is_true ? 4 : 5);
}

static const char *pass_size(const char *at, int64_t *size) {
    *size = 0;
    if (*at < '0' || *at > '9') return NULL;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (!tw_checked_multiply(*size, 10, size) || !tw_checked_add(*size, *at - '0', size)) {
            return NULL;
        }
    }
    return *at == 'L' ? at + 1 : at; // Python 2 wrote long numbers so
}

// (), (3,), (3, 4) or (3, 4,)
static const char *set_shape(npy *from, const char *at) {
    if (*at != '(') return NULL;
    at = pass_blanks(at + 1);
    while (*at != ')') {
        if (from->shape.rank == TW_RANK_MAX) return NULL;
        at = pass_size(at, &from->shape.size[from->shape.rank++]);
        if (at == NULL) return NULL;
        at = pass_blanks(at);
        if (*at == ',')
            at = pass_blanks(at + 1);
        else if (*at != ')')
            return NULL;
    }
    from->has_shape = true;
    return at + 1;
}

// One `'key': value` of the dictionary.
static tw_status read_pair(npy *from, const char **at) {
    const char *key = NULL, *text = NULL, *next = NULL;
    size_t key_length = 0, length = 0;
    const char *after = pass_quoted(*at, &key, &key_length);
    if (after != NULL) after = pass_blanks(after);
    if (after == NULL || *after != ':') return fail_in_header(from, *at, "a key is expected");
    const char *value = pass_blanks(after + 1);
    if (key_length == 5 && memcmp(key, "descr", 5) == 0 && !from->has_type) {
        next = pass_quoted(value, &text, &length);
        if (next == NULL) {
            return fail_in_header(from, value, "elements are records; plain numbers are read");
        }
        tw_status status = set_type(from, text, length);
        if (status != TW_OK) return status;
    } else if (key_length == 13 && memcmp(key, "fortran_order", 13) == 0 && !from->has_order) {
        next = set_order(from, value);
    } else if (key_length == 5 && memcmp(key, "shape", 5) == 0 && !from->has_shape) {
        next = set_shape(from, value);
    } else {
        return fail_in_header(from, *at, "the keys are descr, fortran_order and shape, once each");
    }
    if (next == NULL) {
        return fail_in_header(from, value,
                              "no possible value; fortran_order is True or False, shape up to 8 "
                              "sizes like (3, 4)");
    }
    *at = pass_blanks(next);
    return TW_OK;
}

static tw_status parse_header(npy *from) {
    const char *at = pass_blanks(from->header);
    if (*at != '{') return fail_in_header(from, at, "the header is no dictionary");
    at = pass_blanks(at + 1);
    while (*at != '}') {
        tw_status status = read_pair(from, &at);
        if (status != TW_OK) return status;
        if (*at == ',')
            at = pass_blanks(at + 1);
        else if (*at != '}')
            return fail_in_header(from, at, "',' or '}' is expected");
    }
    at = pass_blanks(at + 1);
    if (*at != '\0' || at != from->header + from->header_bytes) {
        return fail_in_header(from, at, "more follows behind the dictionary");
    }
    if (from->has_type && from->has_order && from->has_shape) return TW_OK;
    return fail_in_header(from, from->header, "descr, fortran_order and shape are all needed");
}

static tw_status read_header(npy *from) {
    tw_status status = read_prefix(from);
    if (status != TW_OK) return status;
    from->header = tw_allocate(from->context, from->header_bytes + 1, 1);
    if (from->header == NULL) return TW_NO_MEMORY;
    status = tw_file_read(from->file, from->header_offset, from->header, from->header_bytes);
    return status == TW_OK ? parse_header(from) : status;
}

// Whether the file has exactly the elements that its header declares.
static tw_status check_size(const npy *from) {
    int64_t elements = tw_shape_elements(&from->shape), bytes = 0;
    int64_t there = tw_file_size(from->file) - from->data_offset;
    bool fits = elements >= 0 && tw_checked_multiply(elements, (int64_t)from->type->bytes, &bytes);
    if (fits && bytes == there) return TW_OK;
    if (!fits) {
        return tw_fail(from->context, TW_BAD_FILE, "%s: the shape has more elements than can be",
                       from->path);
    }
    return tw_fail(from->context, TW_BAD_FILE,
                   "%s: byte %" PRId64 ": %" PRId64 " bytes of elements follow; the header "
                   "declares %" PRId64,
                   from->path, from->data_offset, there, bytes);
}

// IEEE 754 binary16.
static double half_value(uint16_t bits) {
    int exponent = bits >> 10 & 31;
    double fraction = (double)(bits & 1023) / 1024.0;
    double size = exponent == 0    ? ldexp(fraction, -14)
                  : exponent == 31 ? (fraction == 0.0 ? HUGE_VAL : (double)NAN)
                                   : ldexp(1.0 + fraction, exponent - 15);
    return (bits & 0x8000) != 0 ? -size : size;
}

// A whole number of any width; false if it does not fit into 32 bits.
static bool item_integer(const item_type *type, const unsigned char *item, int32_t *value) {
    uint64_t bits = 0;
    for (size_t i = 0; i < type->bytes; i++) bits |= (uint64_t)item[i] << (8 * i);
    bool is_signed = type->name[0] == 'i';
    uint64_t top = UINT64_C(1) << (8 * type->bytes - 1);
    if (is_signed && (bits & top) != 0) {
        uint64_t size = ~bits + 1; // two's complement, of 64 bits
        if (type->bytes < 8) size &= (top << 1) - 1;
        if (size > (uint64_t)INT32_MAX + 1) return false;
        *value = (int32_t) - (int64_t)size;
        return true;
    }
    if (bits > INT32_MAX) return false;
    *value = type->name[0] == 'b' ? bits != 0 : (int32_t)bits;
    return true;
}

static tw_status convert_item(const npy *from, const unsigned char *item, int64_t index,
                              void *elements, int64_t to) {
    uint16_t half = 0;
    switch (from->type->dtype) {
    case TW_F32:
        if (from->type->bytes == 2) {
            memcpy(&half, item, 2);
            ((float *)elements)[to] = (float)half_value(half);
        } else {
            memcpy((float *)elements + to, item, 4);
        }
        return TW_OK;
    case TW_F64:
        memcpy((double *)elements + to, item, 8);
        return TW_OK;
    case TW_U8:
        ((uint8_t *)elements)[to] = *item;
        return TW_OK;
    case TW_I32:
        if (item_integer(from->type, item, (int32_t *)elements + to)) return TW_OK;
        break;
    }
    return tw_fail(from->context, TW_BAD_FILE,
                   "%s: byte %" PRId64 ": element %" PRId64 " does not fit into 32 bits",
                   from->path, from->data_offset + index * (int64_t)from->type->bytes, index);
}

// Where element `index` of the file goes: its place in row-major order.
static int64_t place_of(const npy *from, int64_t index) {
    if (!from->fortran_order) return index;
    int64_t place = 0, stride = tw_shape_elements(&from->shape);
    int64_t steps[TW_RANK_MAX];
    for (int i = 0; i < from->shape.rank; i++) {
        stride /= from->shape.size[i];
        steps[i] = stride;
    }
    for (int i = 0; i < from->shape.rank; i++) {
        place += index % from->shape.size[i] * steps[i];
        index /= from->shape.size[i];
    }
    return place;
}

static tw_status read_elements(const npy *from, tw_tensor *tensor) {
    unsigned char block[BLOCK_ELEMENTS * ITEM_BYTES_MAX];
    int64_t count = tw_shape_elements(&from->shape), size = (int64_t)from->type->bytes;
    for (int64_t first = 0; first < count; first += BLOCK_ELEMENTS) {
        int64_t part = count - first < BLOCK_ELEMENTS ? count - first : BLOCK_ELEMENTS;
        tw_status status = tw_file_read(from->file, from->data_offset + first * size, block,
                                        (size_t)(part * size));
        for (int64_t i = 0; i < part && status == TW_OK; i++) {
            status = convert_item(from, block + i * size, first + i, tw_tensor_data(tensor),
                                  place_of(from, first + i));
        }
        if (status != TW_OK) return status;
    }
    return TW_OK;
}

tw_status tw_tensor_load_npy(tw_context *context, const char *path, tw_tensor **tensor) {
    *tensor = NULL;
    tw_tensor *made = NULL;
    npy from = {.context = context, .path = path};
    tw_status status = tw_file_open(context, path, &from.file);
    if (status == TW_OK) status = read_header(&from);
    if (status == TW_OK) status = check_size(&from);
    if (status == TW_OK) status = tw_tensor_new(context, from.type->dtype, &from.shape, &made);
    if (status == TW_OK) status = read_elements(&from, made);
    if (status == TW_OK) {
        *tensor = made;
    } else {
        tw_tensor_free(made);
    }
    tw_release(from.header);
    tw_file_close(from.file);
    return status;
}

// The dictionary, padded with blanks so that the elements begin at a multiple of HEADER_ALIGN.
static void add_header(tw_text *header, const tw_tensor *tensor) {
    const tw_shape *shape = tw_tensor_shape(tensor);
    const char *descr = NULL;
    switch (tw_tensor_dtype(tensor)) {
    case TW_F32:
        descr = "<f4";
        break;
    case TW_F64:
        descr = "<f8";
        break;
    case TW_I32:
        descr = "<i4";
        break;
    case TW_U8:
        descr = "|u1";
        break;
    }
    tw_text_add(header, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (int i = 0; i < shape->rank; i++) {
        tw_text_add(header, "%s%" PRId64, i == 0 ? "" : ", ", shape->size[i]);
    }
    tw_text_add(header, "%s), }", shape->rank == 1 ? "," : "");
    while ((PREFIX_BYTES + header->length + 1) % HEADER_ALIGN != 0 && header->status == TW_OK) {
        tw_text_add(header, " ");
    }
    tw_text_add(header, "\n");
}

tw_status tw_tensor_save_npy(tw_context *context, const tw_tensor *tensor, const char *path) {
    tw_text header;
    tw_file *file = NULL;
    tw_text_start(&header, context);
    add_header(&header, tensor);
    tw_status status = header.status;
    if (status == TW_OK) status = tw_file_replace(context, path, &file);
    if (status == TW_OK) {
        unsigned char prefix[PREFIX_BYTES] = "\x93NUMPY\x01"; // version 1.0
        prefix[8] = (unsigned char)(header.length & 0xFF);
        prefix[9] = (unsigned char)(header.length >> 8);
        size_t bytes = (size_t)tw_tensor_elements(tensor) * tw_dtype_size(tw_tensor_dtype(tensor));
        tw_file_write(file, prefix, sizeof prefix);
        tw_file_write(file, header.data, header.length);
        tw_file_write(file, tw_tensor_data(tensor), bytes);
        status = tw_file_commit(file);
    }
    tw_text_free(&header);
    return status;
}
