// A program on its way from values to placed instructions. For the files of this layer.
#ifndef TW_TILE_PROGRAM_H
#define TW_TILE_PROGRAM_H

#include "tile/fused.h"
#include "tile/instruction.h"
#include "tile/values.h"

#define TW_TILE_STEPS_MAX 2048   // computations of scalars
#define TW_TILE_SCALARS_MAX 1024 // that instructions use
#define TW_TILE_BUFFERS_MAX                                                                        \
    512 // registers and filled tiles: more would leave a tile too few elements

// A scalar's computation, once a run: an operation on earlier steps, an argument, or a constant.
typedef struct tw_tile_scalar_step {
    int operation;
    int32_t in[3]; // steps
    int32_t number;
    double constant;
} tw_tile_scalar_step;

// Places, where a tile's elements lie. By number: the arrays, then the registers, then the tiles that are filled with
// one scalar each.
#define TW_TILE_FIRST_REGISTER TW_TILE_ARRAYS_MAX

struct tw_tile_program {
    tw_tile_scalar_step *steps;
    int step_count;
    int32_t *scalars; // the step that computes each
    int scalar_count;
    tw_tile_instruction *instructions;
    int instruction_count;
    int register_count;
    int32_t *filled; // the scalar of each filled tile
    int filled_count;
    int reduction_count;
    bool divides;   // has instructions that divide or take roots
    int loop_count; // instructions, a chain counted as one
    bool read[TW_TILE_ARRAYS_MAX], written[TW_TILE_ARRAYS_MAX];
    int array_count; // 1 + the highest number
    // The program's identity: its code, and the arrays in the order in which the code names them.
    int32_t *code;
    size_t code_length;
    int32_t code_arrays[TW_TILE_ARRAYS_MAX];
    int code_array_count;
    const tw_tile_fused *fused; // NULL: interpreted
};

// Instructions on values (of the builder), before they are placed, in the order in which they run.
typedef struct tw_tile_lowered {
    tw_tile_builder *builder;
    tw_tile_instruction *instructions;
    size_t count, capacity;
    tw_tile_value written[TW_TILE_ARRAYS_MAX]; // what each array becomes; TW_TILE_NO_VALUE: stays
    size_t value_count; // above every value: the builder's, then those made for copies
} tw_tile_lowered;

// Chooses instructions for all values that are needed. The list is owned by the caller: free with
// tw_release. Errors: TW_UNSUPPORTED, TW_NO_MEMORY.
tw_status tw_tile_lower(tw_tile_builder *builder, tw_tile_lowered *lowered);

// Numbers the scalars that instructions use, in order of use, and lists how they are computed;
// instructions' scalars become these numbers.
tw_status tw_tile_number_scalars(tw_tile_lowered *lowered, tw_tile_program *program);

// Writes the program's code: instructions on values, before they are placed.
tw_status tw_tile_identify(const tw_tile_lowered *lowered, tw_tile_program *program);

// Gives every value a place, and the program its instructions on places.
tw_status tw_tile_place(tw_tile_lowered *lowered, tw_tile_program *program);

// Bits for the operands of an instruction that are the result of the one before it.
enum {
    TW_OPERANDS_x = 1,
    TW_OPERANDS_y = 2,
    TW_OPERANDS_z = 4,
    TW_OPERANDS_yz = TW_OPERANDS_y | TW_OPERANDS_z
};

// The instructions of a chain.
typedef struct tw_tile_sequence {
    int length;
    tw_tile_code codes[3];
    int operands; // of a nest: the operands of the second that are the first's result; else 0
} tw_tile_sequence;

extern const tw_tile_sequence tw_tile_sequences[TW_CHAIN_COUNT];

// Marks chains of instructions that run as one loop, and whether the program divides.
void tw_tile_find_chains(tw_tile_program *program);

// The fused function of `list` whose code is the program's, NULL if none.
const tw_tile_fused *tw_tile_fused_find(const tw_tile_program *program, const tw_tile_fused *list,
                                        size_t count);

// Runs elements [first, end) by the interpreter, whether or not there is a fused function.
void tw_tile_interpret(const tw_tile_program *program, tw_dtype dtype, const tw_tile_call *call,
                       const double *scalars, int64_t first, int64_t end);

#endif
