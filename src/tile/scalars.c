// The scalars of a program: which are used, and in what order they are computed.
#include "base/memory.h"
#include "tile/program.h"

typedef struct numbering {
    const tw_tile_builder *builder;
    tw_tile_program *program;
    int32_t *scalar_of; // by value: number + 1, 0 if none
    int32_t *step_of;   // by value: 1 if it is needed, then its step
} numbering;

static tw_status too_many(const tw_tile_builder *builder) {
    return tw_fail(builder->context, TW_UNSUPPORTED,
                   "tile program: too many scalars; split it into two");
}

// The number of scalar v, given at its first use.
static tw_status number_one(numbering *n, tw_tile_value v, int32_t *number) {
    if (n->scalar_of[v] == 0) {
        if (n->program->scalar_count == TW_TILE_SCALARS_MAX) return too_many(n->builder);
        n->program->scalars[n->program->scalar_count] = v;
        n->scalar_of[v] = ++n->program->scalar_count;
    }
    *number = n->scalar_of[v] - 1;
    return TW_OK;
}

// Marks the used scalars and all they are computed from, then lists these in order, as operands have lower numbers.
static tw_status list_steps(numbering *n) {
    const tw_tile_builder *builder = n->builder;
    tw_tile_program *program = n->program;
    for (int i = 0; i < program->scalar_count; i++) n->step_of[program->scalars[i]] = 1;
    for (size_t v = builder->node_count; v-- > 0;) {
        if (n->step_of[v] == 0) continue;
        for (int i = 0; i < 3; i++) {
            const tw_tile_value in = builder->nodes[v].in[i];
            if (in != TW_TILE_NO_VALUE) n->step_of[in] = 1;
        }
    }
    for (size_t v = 0; v < builder->node_count; v++) {
        const tw_tile_node *node = &builder->nodes[v];
        if (n->step_of[v] == 0) continue;
        if (program->step_count == TW_TILE_STEPS_MAX) return too_many(builder);
        tw_tile_scalar_step *step = &program->steps[program->step_count];
        *step = (tw_tile_scalar_step){
            .operation = node->operation, .number = node->number, .constant = node->constant};
        for (int i = 0; i < 3; i++)
            if (node->in[i] != TW_TILE_NO_VALUE) step->in[i] = n->step_of[node->in[i]];
        n->step_of[v] = program->step_count++;
    }
    for (int i = 0; i < program->scalar_count; i++)
        program->scalars[i] = n->step_of[program->scalars[i]];
    return TW_OK;
}

static tw_status number_all(numbering *n, tw_tile_lowered *lowered) {
    tw_status status = TW_OK;
    for (size_t i = 0; i < lowered->count && status == TW_OK; i++) {
        tw_tile_instruction *instruction = &lowered->instructions[i];
        const tw_tile_code code = (tw_tile_code)instruction->code;
        for (int k = 0; k < tw_tile_code_scalars(code) && status == TW_OK; k++)
            status = number_one(n, instruction->scalar[k], &instruction->scalar[k]);
        for (int k = 0; k < tw_tile_code_vectors(code) && status == TW_OK; k++) {
            const tw_tile_value in = instruction->in[k];
            int32_t number = 0;
            if ((size_t)in >= n->builder->node_count || !n->builder->nodes[in].scalar) continue;
            status = number_one(n, in, &number);
            // A scalar where a vector is read is -2 - number until it has a filled tile.
            instruction->in[k] = -2 - number;
        }
    }
    return status == TW_OK ? list_steps(n) : status;
}

tw_status tw_tile_number_scalars(tw_tile_lowered *lowered, tw_tile_program *program) {
    const tw_tile_builder *builder = lowered->builder;
    numbering n = {.builder = builder, .program = program};
    tw_status status = TW_NO_MEMORY;
    const size_t values = builder->node_count; // each is a scalar and a step once at most
    program->scalars = tw_allocate(builder->context, values, sizeof(int32_t));
    program->steps = tw_allocate(builder->context, values, sizeof *program->steps);
    n.scalar_of = tw_allocate(builder->context, builder->node_count, sizeof(int32_t));
    n.step_of = tw_allocate(builder->context, builder->node_count, sizeof(int32_t));
    if (program->scalars != NULL && program->steps != NULL && n.scalar_of != NULL &&
        n.step_of != NULL)
        status = number_all(&n, lowered);
    tw_release(n.scalar_of);
    tw_release(n.step_of);
    return status;
}

int tw_tile_scalar_count(const tw_tile_program *program) {
    return program->scalar_count;
}

void tw_tile_scalars(const tw_tile_program *program, const double *arguments, double *scalars) {
    double values[TW_TILE_STEPS_MAX];
    for (int i = 0; i < program->step_count; i++) {
        const tw_tile_scalar_step *step = &program->steps[i];
        if (step->operation == TW_TILE_ARGUMENT)
            values[i] = arguments[step->number];
        else if (step->operation == TW_TILE_CONSTANT)
            values[i] = step->constant;
        else
            values[i] = tw_tile_evaluate((tw_tile_operation)step->operation, values[step->in[0]],
                                         values[step->in[1]], values[step->in[2]]);
    }
    for (int i = 0; i < program->scalar_count; i++) scalars[i] = values[program->scalars[i]];
}
