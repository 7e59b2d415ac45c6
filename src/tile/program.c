// Builds a program from values, and tells what it touches.
#include "tile/program.h"

#include <assert.h>

#include "base/memory.h"

void tw_tile_program_free(tw_tile_program *program) {
    if (program == NULL) return;
    tw_release(program->steps);
    tw_release(program->scalars);
    tw_release(program->instructions);
    tw_release(program->filled);
    tw_release(program->code);
    tw_release(program);
}

static void note_arrays(const tw_tile_builder *builder, const tw_tile_lowered *lowered,
                        tw_tile_program *program) {
    for (size_t i = 0; i < lowered->count; i++) {
        const tw_tile_instruction *instruction = &lowered->instructions[i];
        for (int k = 0; k < tw_tile_code_vectors((tw_tile_code)instruction->code); k++) {
            const tw_tile_value v = instruction->in[k];
            if (v < 0 || (size_t)v >= builder->node_count) continue;
            const tw_tile_node *node = &builder->nodes[v];
            if (node->operation == TW_TILE_READ) program->read[node->number] = true;
        }
    }
    for (int i = 0; i < builder->write_count; i++) program->written[builder->write_order[i]] = true;
    for (int i = 0; i < TW_TILE_ARRAYS_MAX; i++)
        if (program->read[i] || program->written[i]) program->array_count = i + 1;
    program->reduction_count = builder->reduction_count;
}

static tw_status build(tw_tile_builder *builder, tw_tile_lowered *lowered,
                       tw_tile_program *program) {
    tw_status status = tw_tile_lower(builder, lowered);
    if (status == TW_OK) status = tw_tile_number_scalars(lowered, program);
    if (status != TW_OK) return status;
    note_arrays(builder, lowered, program);
    status = tw_tile_identify(lowered, program);
    if (status == TW_OK) status = tw_tile_place(lowered, program);
    if (status == TW_OK) tw_tile_find_chains(program);
    if (status == TW_OK && program->register_count + program->filled_count > TW_TILE_BUFFERS_MAX)
        status = tw_fail(builder->context, TW_UNSUPPORTED,
                         "tile program: more than %d values wait at once; split it into two",
                         TW_TILE_BUFFERS_MAX);
    return status;
}

tw_status tw_tile_build(tw_tile_builder *builder, tw_tile_program **program) {
    *program = NULL;
    if (builder->status != TW_OK) return builder->status;
    tw_tile_program *made = tw_allocate(builder->context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    tw_tile_lowered lowered;
    const tw_status status = build(builder, &lowered, made);
    tw_release(lowered.instructions);
    if (status != TW_OK) {
        tw_tile_program_free(made);
        return status;
    }
    made->fused = tw_tile_fused_find(made, tw_tile_fused_list, tw_tile_fused_count);
    *program = made;
    return TW_OK;
}

static int count(const bool *flags) {
    int result = 0;
    for (int i = 0; i < TW_TILE_ARRAYS_MAX; i++) result += flags[i];
    return result;
}

int tw_tile_arrays_read(const tw_tile_program *program) {
    return count(program->read);
}

int tw_tile_arrays_written(const tw_tile_program *program) {
    return count(program->written);
}

int tw_tile_reduction_count(const tw_tile_program *program) {
    return program->reduction_count;
}

bool tw_tile_reads(const tw_tile_program *program, int array) {
    assert(array >= 0 && array < TW_TILE_ARRAYS_MAX);
    return program->read[array];
}

bool tw_tile_writes(const tw_tile_program *program, int array) {
    assert(array >= 0 && array < TW_TILE_ARRAYS_MAX);
    return program->written[array];
}

bool tw_tile_is_fused(const tw_tile_program *program) {
    return program->fused != NULL;
}
