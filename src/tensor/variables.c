// The named arrays that outlive runs: a list in the order in which they were made, and a hash table of names.
#include "thalweg/variables.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/memory.h"
#include "tensor/array_pool.h"
#include "tensor/shape.h"

#include <string.h>

typedef struct entry {
    char *name;
    tw_tensor *tensor;
} entry;

struct tw_variables {
    tw_context *context;
    tw_array_pool pool;
    entry *entries;
    size_t count, capacity;
    int32_t *index;    // hash table of names: 1 + the entry; 0: free
    size_t index_size; // a power of two, at least twice the count
};

tw_status tw_variables_new(tw_context *context, tw_variables **variables) {
    *variables = tw_allocate(context, 1, sizeof **variables);
    if (*variables == NULL) return TW_NO_MEMORY;
    (*variables)->context = (*variables)->pool.context = context;
    return TW_OK;
}

void tw_variables_free(tw_variables *variables) {
    if (variables == NULL) return;
    for (size_t i = 0; i < variables->count; i++) {
        tw_release(variables->entries[i].name);
        tw_tensor_free(variables->entries[i].tensor);
    }
    tw_release(variables->entries);
    tw_release(variables->index);
    tw_release(variables);
}

// The place of a name in the index, or the free place for it. The index must have places.
static int32_t *place_of(const tw_variables *variables, const char *name) {
    size_t mask = variables->index_size - 1;
    size_t at = (size_t)tw_hash_fold(tw_hash_bytes(TW_HASH_START, name, strlen(name))) & mask;
    while (variables->index[at] != 0 &&
           strcmp(variables->entries[variables->index[at] - 1].name, name) != 0) {
        at = (at + 1) & mask;
    }
    return &variables->index[at];
}

tw_tensor *tw_variables_find(const tw_variables *variables, const char *name) {
    if (variables->count == 0) return NULL;
    int32_t found = *place_of(variables, name);
    return found == 0 ? NULL : variables->entries[found - 1].tensor;
}

// Makes room for one more name in the index.
static tw_status grow_index(tw_variables *variables) {
    if (variables->index_size >= 2 * (variables->count + 1)) return TW_OK;
    size_t size = variables->index_size == 0 ? 16 : 2 * variables->index_size;
    int32_t *index = tw_allocate(variables->context, size, sizeof *index);
    if (index == NULL) return TW_NO_MEMORY;
    tw_release(variables->index);
    variables->index = index;
    variables->index_size = size;
    for (size_t i = 0; i < variables->count; i++) {
        *place_of(variables, variables->entries[i].name) = (int32_t)i + 1;
    }
    return TW_OK;
}

static tw_status add(tw_variables *variables, const char *name, tw_dtype dtype,
                     const tw_shape *shape, tw_tensor **tensor) {
    tw_context *context = variables->context;
    entry made = {NULL, NULL};
    if (variables->count >= INT32_MAX / 4) {
        return tw_fail(context, TW_BAD_ARGUMENT, "variables: more than 2^29 names");
    }
    tw_status status = tw_grow(context, (void **)&variables->entries, variables->count,
                               &variables->capacity, sizeof made);
    if (status == TW_OK) status = grow_index(variables);
    if (status == TW_OK) status = tw_tensor_new_in(&variables->pool, dtype, shape, &made.tensor);
    if (status != TW_OK) return status;
    made.name = tw_copy_text(context, name, strlen(name));
    if (made.name == NULL) {
        tw_tensor_free(made.tensor);
        return TW_NO_MEMORY;
    }
    *place_of(variables, name) = (int32_t)variables->count + 1;
    variables->entries[variables->count++] = made;
    *tensor = made.tensor;
    return TW_OK;
}

tw_status tw_variables_have(tw_variables *variables, const char *name, tw_dtype dtype,
                            const tw_shape *shape, tw_tensor **tensor) {
    *tensor = NULL;
    tw_tensor *found = tw_variables_find(variables, name);
    if (found == NULL) return add(variables, name, dtype, shape, tensor);
    if (tw_tensor_dtype(found) != dtype) {
        return tw_fail(variables->context, TW_MISMATCH, "%s: is there as %s; %s is asked for", name,
                       tw_dtype_name(tw_tensor_dtype(found)), tw_dtype_name(dtype));
    }
    if (!tw_shape_equal(tw_tensor_shape(found), shape)) {
        char have[TW_SHAPE_TEXT_BYTES], wanted[TW_SHAPE_TEXT_BYTES];
        return tw_fail(variables->context, TW_MISMATCH, "%s: is there as %s; %s is asked for", name,
                       tw_shape_format(tw_tensor_shape(found), have),
                       tw_shape_format(shape, wanted));
    }
    *tensor = found;
    return TW_OK;
}

void tw_variables_drop(tw_variables *variables, const char *part) {
    size_t kept = 0;
    for (size_t i = 0; i < variables->count; i++) {
        entry *at = &variables->entries[i];
        if (strstr(at->name, part) == NULL) {
            variables->entries[kept++] = *at;
            continue;
        }
        tw_release(at->name);
        tw_tensor_free(at->tensor);
    }
    variables->count = kept;
    if (variables->index != NULL)
        memset(variables->index, 0, variables->index_size * sizeof *variables->index);
    for (size_t i = 0; i < kept; i++)
        *place_of(variables, variables->entries[i].name) = (int32_t)i + 1;
}

int tw_variables_count(const tw_variables *variables) {
    return (int)variables->count;
}

const char *tw_variables_name(const tw_variables *variables, int index) {
    return variables->entries[index].name;
}

tw_tensor *tw_variables_tensor(const tw_variables *variables, int index) {
    return variables->entries[index].tensor;
}
