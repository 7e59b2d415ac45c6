// Names and sizes of operations and instructions, from the one list of each.
#include <assert.h>

#include "tile/instruction.h"
#include "tile/values.h"

typedef struct code_facts {
    const char *name;
    int vectors, scalars;
    const char *expression;
} code_facts;

static const code_facts facts[TW_CODE_COUNT] = {
#define TW_TILE_ENTRY(name, vectors, scalars, expression)                                          \
    [TW_CODE_##name] = {#name, vectors, scalars, #expression},
    TW_TILE_ELEMENTARY(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
#define TW_TILE_ENTRY(name, operation) [TW_CODE_##name] = {#name, 1, 0, ""},
        TW_TILE_TRANSCENDENTAL(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
            [TW_CODE_power] = {"power", 2, 0, ""},
    [TW_CODE_uniform] = {"uniform", 0, 0, ""},
    [TW_CODE_coarse_uniform] = {"coarse_uniform", 0, 0, ""},
    [TW_CODE_normal] = {"normal", 0, 0, ""},
    [TW_CODE_sum] = {"sum", 1, 0, ""},
    [TW_CODE_squares] = {"squares", 1, 0, ""},
    [TW_CODE_largest] = {"largest", 1, 0, ""},
};

static const code_facts *facts_of(tw_tile_code code) {
    assert((unsigned)code < TW_CODE_COUNT);
    return &facts[code];
}

const char *tw_tile_code_name(tw_tile_code code) {
    return facts_of(code)->name;
}

int tw_tile_code_vectors(tw_tile_code code) {
    return facts_of(code)->vectors;
}

int tw_tile_code_scalars(tw_tile_code code) {
    return facts_of(code)->scalars;
}

const char *tw_tile_code_expression(tw_tile_code code) {
    return facts_of(code)->expression;
}

static const char *const operation_names[] = {
#define TW_TILE_ENTRY(name, operands) #name,
    TW_TILE_OPERATIONS(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
};

const char *tw_tile_operation_name(tw_tile_operation operation) {
    assert((unsigned)operation < TW_TILE_OPERATION_COUNT);
    return operation_names[operation];
}
