// Lowering: which values are needed, which scalars are arguments, and a tile program for each pass.
#include "rules/rule_program.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "tile/values.h"

// ---- what is needed, and where scalars lie

static bool is_slot(const tw_rule_value *value) {
    return value->needed && !value->element && value->kind != TW_RULE_VALUE_CONSTANT;
}

static void mark_needed(tw_rule_program *program, const tw_rule_write *writes, int count) {
    tw_rule_value *all = program->values.all;
    for (int i = 0; i < count; i++) all[writes[i].value].needed = true;
    for (size_t i = program->values.count; i-- > 0;) {
        if (!all[i].needed) continue;
        for (int k = 0; k < tw_rule_operand_count(&all[i]); k++)
            all[all[i].operand[k]].needed = true;
        program->counts = program->counts || all[i].kind == TW_RULE_VALUE_COUNT;
        if (all[i].stage > program->stage_count) program->stage_count = all[i].stage;
    }
}

static void give_slot(tw_rule_program *program, int value) {
    tw_rule_value *at = &program->values.all[value];
    if (is_slot(at) && at->slot < 0) at->slot = program->slot_count++;
}

static void give_slots(tw_rule_program *program, const tw_rule_write *writes, int count) {
    const tw_rule_value *all = program->values.all;
    for (int i = 0; i < count; i++) give_slot(program, writes[i].value);
    for (size_t i = 0; i < program->values.count; i++) {
        bool boundary = all[i].element || all[i].kind == TW_RULE_VALUE_REDUCE;
        if (!all[i].needed || !boundary) continue;
        for (int k = 0; k < tw_rule_operand_count(&all[i]); k++)
            give_slot(program, all[i].operand[k]);
    }
    program->argument_count = program->slot_count;
    for (size_t i = 0; i < program->values.count; i++) give_slot(program, (int)i);
}

// ---- branches

static bool is_choice(const tw_rule_value *value) {
    return value->kind == TW_RULE_VALUE_APPLY && value->operation == TW_TILE_SELECT &&
           value->element;
}

static int branch_of(const tw_rule_program *program, int condition) {
    for (int k = 0; k < program->branch_count; k++) {
        if (program->branch[k] == condition) return k;
    }
    return -1;
}

static void find_branches(tw_rule_program *program) {
    const tw_rule_value *all = program->values.all;
    for (size_t i = 0; i < program->values.count; i++) {
        if (!all[i].needed || !is_choice(&all[i])) continue;
        int condition = all[i].operand[0];
        const tw_rule_value *at = &all[condition];
        bool known = !at->element && at->stage == 0 && at->kind != TW_RULE_VALUE_CONSTANT;
        if (!known || branch_of(program, condition) >= 0) continue;
        if (program->branch_count == TW_RULE_BRANCHES_MAX) return;
        program->branch[program->branch_count++] = condition;
    }
}

// What a value is in a variant: of a choice, the arm that the variant takes.
static int taken(const tw_rule_program *program, int variant, int value) {
    const tw_rule_value *all = program->values.all;
    while (is_choice(&all[value])) {
        int branch = branch_of(program, all[value].operand[0]);
        if (branch < 0) break;
        value = all[value].operand[(variant >> branch & 1) != 0 ? 1 : 2];
    }
    return value;
}

int tw_rule_program_variants(const tw_rule_program *program) {
    return 1 << program->branch_count;
}

int tw_rule_program_variant(const tw_rule_program *program, const double *vector) {
    int variant = 0;
    for (int k = 0; k < program->branch_count; k++) {
        if (vector[program->values.all[program->branch[k]].slot] != 0.0) variant |= 1 << k;
    }
    return variant;
}

// ---- tile programs

// Copies the values that `wanted` marks into a builder; `tiles` gives each its tile value.
static void build_values(const tw_rule_program *program, int variant, bool *wanted,
                         tw_tile_builder *builder, tw_tile_value *tiles) {
    const tw_rule_value *all = program->values.all;
    for (size_t i = program->values.count; i-- > 0;) {
        if (!wanted[i] || !all[i].element) continue;
        for (int k = 0; k < tw_rule_operand_count(&all[i]); k++)
            wanted[taken(program, variant, all[i].operand[k])] = true;
    }
    for (size_t i = 0; i < program->values.count; i++) {
        const tw_rule_value *value = &all[i];
        if (!wanted[i]) continue;
        tw_tile_value in[3] = {TW_TILE_NO_VALUE, TW_TILE_NO_VALUE, TW_TILE_NO_VALUE};
        if (value->kind == TW_RULE_VALUE_CONSTANT) {
            tiles[i] = tw_tile_constant(builder, value->number);
        } else if (!value->element) {
            tiles[i] = tw_tile_argument(builder, value->slot);
        } else if (value->kind == TW_RULE_VALUE_READ) {
            tiles[i] = tw_tile_read(builder, value->index);
        } else if (value->kind == TW_RULE_VALUE_RANDOM) {
            tiles[i] = tw_tile_random(builder, value->operation, (uint32_t)value->index);
        } else {
            for (int k = 0; k < tw_rule_operand_count(value); k++)
                in[k] = tiles[taken(program, variant, value->operand[k])];
            tiles[i] = tw_tile_apply(builder, value->operation, in[0], in[1], in[2]);
        }
    }
}

typedef struct scratch {
    bool *wanted;
    tw_tile_value *tiles;
} scratch;

// Whether a write leaves its array as it is, as a branch may.
static bool keeps(const tw_rule_program *program, const tw_rule_write *write, int value) {
    const tw_rule_value *at = &program->values.all[value];
    return at->kind == TW_RULE_VALUE_READ && at->index == write->array;
}

static tw_status build_update(tw_rule_program *program, int variant, const tw_rule_write *writes,
                              int count, scratch s) {
    tw_tile_builder *builder = NULL;
    tw_status status = tw_tile_builder_new(program->values.context, &builder);
    if (status != TW_OK) return status;
    memset(s.wanted, 0, program->values.count * sizeof *s.wanted);
    for (int i = 0; i < count; i++) s.wanted[taken(program, variant, writes[i].value)] = true;
    build_values(program, variant, s.wanted, builder, s.tiles);
    for (int i = 0; i < count; i++) {
        int value = taken(program, variant, writes[i].value);
        if (keeps(program, &writes[i], value)) continue;
        tw_tile_write(builder, writes[i].array, s.tiles[value]);
    }
    status = tw_tile_build(builder, &program->update[variant]);
    tw_tile_builder_free(builder);
    return status;
}

// Lists the reductions of a stage; `operand[i]` is what reduction i is over.
static tw_status list_reductions(tw_rule_program *program, int stage,
                                 int operand[TW_RULE_REDUCTIONS_MAX]) {
    const tw_rule_value *all = program->values.all;
    tw_rule_pass *pass = &program->passes[stage - 1];
    for (size_t i = 0; i < program->values.count; i++) {
        bool mine = all[i].needed && all[i].kind == TW_RULE_VALUE_REDUCE && all[i].stage == stage;
        if (!mine) continue;
        if (pass->count == TW_RULE_REDUCTIONS_MAX) {
            return tw_fail(program->values.context, TW_UNSUPPORTED,
                           "method: more than %d reductions in one pass", TW_RULE_REDUCTIONS_MAX);
        }
        operand[pass->count] = all[i].operand[0];
        pass->slot[pass->count] = all[i].slot;
        pass->reduction[pass->count] = all[i].reduction;
        pass->global[pass->count++] = all[i].global;
        pass->any_global = pass->any_global || all[i].global;
        pass->any_local = pass->any_local || !all[i].global;
    }
    return TW_OK;
}

static tw_status build_pass_variant(tw_rule_program *program, tw_rule_pass *pass, int variant,
                                    const int *operand, scratch s) {
    tw_tile_builder *builder = NULL;
    tw_status status = tw_tile_builder_new(program->values.context, &builder);
    if (status != TW_OK) return status;
    memset(s.wanted, 0, program->values.count * sizeof *s.wanted);
    for (int i = 0; i < pass->count; i++) s.wanted[taken(program, variant, operand[i])] = true;
    build_values(program, variant, s.wanted, builder, s.tiles);
    for (int i = 0; i < pass->count; i++) {
        tw_tile_reduce(builder, pass->reduction[i], s.tiles[taken(program, variant, operand[i])]);
    }
    status = tw_tile_build(builder, &pass->program[variant]);
    tw_tile_builder_free(builder);
    if (status != TW_OK) return status;
    for (int i = 0; i < TW_RULE_ARRAY_COUNT; i++) {
        pass->reads[i] = pass->reads[i] || tw_tile_reads(pass->program[variant], i);
    }
    return TW_OK;
}

static tw_status build_pass(tw_rule_program *program, int stage, scratch s) {
    int operand[TW_RULE_REDUCTIONS_MAX];
    tw_status status = list_reductions(program, stage, operand);
    for (int i = 0; i < tw_rule_program_variants(program) && status == TW_OK; i++) {
        status = build_pass_variant(program, &program->passes[stage - 1], i, operand, s);
    }
    return status;
}

static tw_status build_passes(tw_rule_program *program, const tw_rule_write *writes, int count) {
    tw_context *context = program->values.context;
    if (program->argument_count > TW_TILE_ARGUMENTS_MAX) {
        return tw_fail(context, TW_UNSUPPORTED, "method: more than %d scalars in its equations",
                       TW_TILE_ARGUMENTS_MAX);
    }
    size_t value_count = program->values.count;
    scratch s = {.wanted = tw_allocate(context, value_count, sizeof *s.wanted)};
    tw_status status = TW_NO_MEMORY;
    if (s.wanted != NULL) s.tiles = tw_allocate(context, value_count, sizeof *s.tiles);
    if (s.tiles != NULL) status = TW_OK;
    for (int i = 0; i < tw_rule_program_variants(program) && status == TW_OK; i++) {
        status = build_update(program, i, writes, count, s);
    }
    for (int stage = 1; stage <= program->stage_count && status == TW_OK; stage++) {
        status = build_pass(program, stage, s);
    }
    tw_release(s.wanted);
    tw_release(s.tiles);
    return status;
}

tw_status tw_rule_program_build(tw_rule_values *values, const tw_rule_write *writes, int count,
                                tw_rule_program **program) {
    *program = NULL;
    tw_context *context = values->context;
    tw_status status = values->status;
    tw_rule_program *made = NULL;
    if (status == TW_OK) {
        made = tw_allocate(context, 1, sizeof *made);
        if (made == NULL) status = TW_NO_MEMORY;
    }
    if (status != TW_OK) {
        tw_rule_values_free(values);
        return status;
    }
    made->values = *values;
    made->random_count = values->random_count;
    tw_rule_values_start(values, context);
    mark_needed(made, writes, count);
    find_branches(made);
    give_slots(made, writes, count);
    status = build_passes(made, writes, count);
    if (status == TW_OK) {
        *program = made;
    } else {
        tw_rule_program_free(made);
    }
    return status;
}

void tw_rule_program_free(tw_rule_program *program) {
    if (program == NULL) return;
    for (int variant = 0; variant < TW_RULE_VARIANTS_MAX; variant++) {
        for (int i = 0; i < program->stage_count; i++) {
            tw_tile_program_free(program->passes[i].program[variant]);
        }
        tw_tile_program_free(program->update[variant]);
    }
    tw_rule_values_free(&program->values);
    tw_release(program);
}

// ---- scalars of a step

static double operand_number(const tw_rule_program *program, int value, const double *vector) {
    const tw_rule_value *at = &program->values.all[value];
    if (at->kind == TW_RULE_VALUE_CONSTANT) return at->number;
    assert(at->slot >= 0);
    return vector[at->slot];
}

void tw_rule_program_scalars(const tw_rule_program *program, int stage, const double *clock,
                             const double *hyper, double element_count, double *vector) {
    for (size_t i = 0; i < program->values.count; i++) {
        const tw_rule_value *value = &program->values.all[i];
        if (value->slot < 0 || value->stage != stage) continue;
        double in[3] = {0};
        switch (value->kind) {
        case TW_RULE_VALUE_CLOCK:
            vector[value->slot] = clock[value->index];
            break;
        case TW_RULE_VALUE_HYPER:
            vector[value->slot] = hyper[value->index];
            break;
        case TW_RULE_VALUE_COUNT:
            vector[value->slot] = element_count;
            break;
        case TW_RULE_VALUE_APPLY:
            for (int k = 0; k < tw_rule_operand_count(value); k++) {
                in[k] = operand_number(program, value->operand[k], vector);
            }
            vector[value->slot] = tw_tile_evaluate(value->operation, in[0], in[1], in[2]);
            break;
        default:
            break; // reductions are there already
        }
    }
}
