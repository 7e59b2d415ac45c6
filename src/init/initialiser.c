// Initialisers by name: reading "NAME:key=value,...", and calling the kind that fills.
#include <assert.h>
#include <string.h>

#include "base/fail.h"
#include "base/keys.h"
#include "base/memory.h"
#include "init/kind.h"

#define TW_INITIALISER(name) extern const tw_init_kind tw_init_##name;
#include "init/kinds.def"
#undef TW_INITIALISER

static const tw_init_kind *const kinds[] = {
#define TW_INITIALISER(name) &tw_init_##name,
#include "init/kinds.def"
#undef TW_INITIALISER
};

#define KIND_COUNT ((int)(sizeof kinds / sizeof *kinds))

struct tw_initialiser {
    const tw_init_kind *kind;
    double keys[TW_INIT_KEYS_MAX];
    char *text;
};

const tw_initialiser_kind *tw_initialiser_kinds(int index) {
    return index >= 0 && index < KIND_COUNT ? &kinds[index]->about : NULL;
}

static tw_status unknown_kind(tw_context *context, const char *name) {
    const char *names[KIND_COUNT];
    for (int i = 0; i < KIND_COUNT; i++) names[i] = kinds[i]->about.name;
    const char *nearest = tw_nearest_name(name, names, (size_t)KIND_COUNT);
    return tw_fail(context, TW_BAD_ARGUMENT, "initialiser '%s': not known; %s%s%s", name,
                   nearest != NULL ? "did you mean " : "`thalweg init` lists them",
                   nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
}

static int find_kind(const char *name) {
    for (int i = 0; i < KIND_COUNT; i++)
        if (strcmp(kinds[i]->about.name, name) == 0) return i;
    return -1;
}

static tw_keyed keyed_of(const tw_initialiser_kind *kind) {
    return (tw_keyed){.what = "initialiser",
                      .name = kind->name,
                      .keys = kind->keys,
                      .key_count = kind->key_count};
}

// NAME and its keys, changed in place.
static tw_status read_text(tw_context *context, tw_initialiser *initialiser, char *text) {
    char *keys = strchr(text, ':');
    if (keys != NULL) *keys++ = '\0';
    text = tw_trim(text);
    int found = find_kind(text);
    if (found < 0) return unknown_kind(context, text);
    const tw_init_kind *kind = initialiser->kind = kinds[found];
    assert(kind->about.key_count <= TW_INIT_KEYS_MAX);
    const tw_keyed keyed = keyed_of(&kind->about);
    tw_status status = tw_keys_read(context, &keyed, keys, initialiser->keys);
    if (status != TW_OK || kind->check == NULL) return status;
    return kind->check(context, &kind->about, initialiser->keys);
}

static char *format(tw_context *context, const tw_initialiser *initialiser) {
    const tw_keyed keyed = keyed_of(&initialiser->kind->about);
    tw_text text;
    tw_text_start(&text, context);
    tw_keys_format(&keyed, initialiser->keys, &text);
    return tw_text_take(&text);
}

tw_status tw_initialiser_parse(tw_context *context, const char *text,
                               tw_initialiser **initialiser) {
    *initialiser = NULL;
    tw_initialiser *made = tw_allocate(context, 1, sizeof *made);
    char *copy = tw_copy_text(context, text, strlen(text));
    tw_status status = made == NULL || copy == NULL ? TW_NO_MEMORY : TW_OK;
    if (status == TW_OK) status = read_text(context, made, copy);
    if (status == TW_OK) {
        made->text = format(context, made);
        if (made->text == NULL) status = TW_NO_MEMORY;
    }
    tw_release(copy);
    if (status == TW_OK)
        *initialiser = made;
    else
        tw_initialiser_free(made);
    return status;
}

void tw_initialiser_free(tw_initialiser *initialiser) {
    if (initialiser == NULL) return;
    tw_release(initialiser->text);
    tw_release(initialiser);
}

const char *tw_initialiser_text(const tw_initialiser *initialiser) {
    return initialiser->text;
}

// Whether a tensor and a stream can be filled at all, whatever the kind.
static tw_status check_target(tw_context *context, const char *name, const tw_tensor *tensor,
                              uint32_t stream) {
    tw_dtype dtype = tw_tensor_dtype(tensor);
    if (tw_tensor_shape(tensor)->rank == 0)
        return tw_fail(context, TW_BAD_SHAPE,
                       "initialiser %s: a scalar has no fan; give a shape of one axis or more",
                       name);
    if (dtype != TW_F32 && dtype != TW_F64)
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "initialiser %s: the parameter is of type %s; f32 and f64 can be filled",
                       name, tw_dtype_name(dtype));
    if (stream > TW_RANDOM_STREAM_MAX)
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "initialiser %s: stream %lu is not possible; give 0 to %lu", name,
                       (unsigned long)stream, (unsigned long)TW_RANDOM_STREAM_MAX);
    return TW_OK;
}

tw_status tw_initialiser_fill(tw_context *context, const tw_initialiser *initialiser,
                              tw_tensor *tensor, uint64_t seed, uint32_t stream) {
    const tw_shape *shape = tw_tensor_shape(tensor);
    tw_status status = check_target(context, initialiser->kind->about.name, tensor, stream);
    if (status != TW_OK) return status;
    tw_draw draw = {
        .context = context,
        .tensor = tensor,
        .elements = tw_tensor_elements(tensor),
        .fan_in = shape->size[0],
        .fan_out = shape->size[shape->rank - 1],
        .keys = initialiser->keys,
        .random = {.seed = seed, .purpose = TW_FOR_INIT, .stream = stream},
    };
    if (draw.elements == 0) return TW_OK;
    return initialiser->kind->fill(&draw);
}
