// The values of a builder, for the files of this layer.
#ifndef TW_TILE_VALUES_H
#define TW_TILE_VALUES_H

#include "tile/tile.h"

#define TW_TILE_VALUES_MAX 4096 // that a caller makes; lowering may add as many scalars
#define TW_TILE_REDUCTIONS_MAX 64

// What a value can be besides an operation.
enum { TW_TILE_READ = TW_TILE_OPERATION_COUNT, TW_TILE_ARGUMENT, TW_TILE_CONSTANT };

typedef struct tw_tile_node {
    int operation;       // tw_tile_operation or one of the above
    bool scalar;         // made of arguments and constants alone
    tw_tile_value in[3]; // TW_TILE_NO_VALUE where not used
    int32_t number;      // of an array, an argument, or a random stream
    double constant;
} tw_tile_node;

typedef struct tw_tile_reduced {
    tw_tile_reduction reduction;
    tw_tile_value value;
} tw_tile_reduced;

struct tw_tile_builder {
    tw_context *context;
    tw_status status; // the first failure
    tw_tile_node *nodes;
    size_t node_count, node_capacity, node_limit;
    int32_t *table; // of hashes: node + 1, or 0
    size_t table_size;
    tw_tile_value written[TW_TILE_ARRAYS_MAX];
    int32_t write_order[TW_TILE_ARRAYS_MAX];
    int write_count;
    tw_tile_reduced reductions[TW_TILE_REDUCTIONS_MAX];
    int reduction_count;
};

// Latches a failure; the first one stays.
void tw_tile_builder_fail(tw_tile_builder *builder, tw_status status, const char *message);

// Operands of an operation: 0 to 3.
int tw_tile_operands(tw_tile_operation operation);

// Name of an operation, such as "SQUARE_ROOT".
const char *tw_tile_operation_name(tw_tile_operation operation);

// The operation on numbers, in double, by the C library. Not for random ones.
double tw_tile_evaluate(tw_tile_operation operation, double a, double b, double c);

#endif
