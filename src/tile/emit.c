// Writes a program as C, from its code (fingerprint.c explains the words).
#include "tile/emit.h"

#include <string.h>

#include "tile/program.h"

typedef struct reader {
    const tw_tile_program *program;
    size_t at;      // in the code
    int32_t result; // the number of instructions read so far
} reader;

static int32_t next(reader *r) {
    return r->program->code[r->at++];
}

static bool at_writes(const reader *r) {
    return r->at == r->program->code_length || r->program->code[r->at] == -1;
}

bool tw_tile_can_emit(const tw_tile_program *program) {
    for (int i = 0; i < program->instruction_count; i++)
        if (tw_tile_code_expression((tw_tile_code)program->instructions[i].code)[0] == 0)
            return false;
    return program->instruction_count > 0;
}

static void add_operand(tw_text *text, int32_t word) {
    if (word < 0)
        tw_text_add(text, "s%d, ", -1 - word);
    else
        tw_text_add(text, word % 2 == 0 ? "x%d, " : "v%d, ", word / 2);
}

static void add_instruction(tw_text *text, const char *type, const char *suffix, reader *r) {
    const tw_tile_code code = (tw_tile_code)next(r);
    const int vectors = tw_tile_code_vectors(code), scalars = tw_tile_code_scalars(code);
    tw_text_add(text, "        const %s v%d = tw_tile_%s_%s(", type, r->result++,
                tw_tile_code_name(code), suffix);
    for (int k = 0; k < vectors; k++) add_operand(text, next(r));
    for (int k = vectors; k < 4; k++) tw_text_add(text, "0, ");
    for (int k = 0; k < 4; k++) {
        tw_text_add(text, k < scalars ? "s%d" : "0", k < scalars ? next(r) : 0);
        tw_text_add(text, k < 3 ? ", " : ");\n");
    }
}

// Which of the code's arrays are read: a write may name an array that is not.
static void find_reads(const tw_tile_program *program, bool read[TW_TILE_ARRAYS_MAX]) {
    for (int i = 0; i < program->code_array_count; i++)
        read[i] = program->read[program->code_arrays[i]];
}

// The loop over elements [k, stop), k being a variable.
static void add_loop(tw_text *text, const char *type, const char *suffix, const char *start,
                     const char *stop, const tw_tile_program *program) {
    reader r = {.program = program};
    bool read[TW_TILE_ARRAYS_MAX] = {false};
    find_reads(program, read);
    tw_text_add(text, "    TW_TILE_LOOP\n    for (int64_t k = %s; k < %s; k++) {\n", start, stop);
    for (int i = 0; i < program->code_array_count; i++)
        if (read[i]) tw_text_add(text, "        const %s x%d = a%d[k];\n", type, i, i);
    while (!at_writes(&r)) add_instruction(text, type, suffix, &r);
    while (r.at < program->code_length) {
        next(&r); // -1
        const int32_t array = next(&r);
        tw_text_add(text, "        a%d[k] = v%d;\n", array, next(&r));
    }
    tw_text_add(text, "    }\n");
}

// One cache line of elements at a time. Programs that divide prefetch, since a processor that waits for its divider
// looks ahead over too few elements to keep the memory busy: Adam on 100 M elements went from 0.89 to 1.0 of the speed
// of a plain loop. Programs that do not divide get slower by it: SGD from 0.96 to 0.84 (Zen 3).
static void add_function(tw_text *text, const char *name, const char *type, const char *suffix,
                         const tw_tile_program *program) {
    bool read[TW_TILE_ARRAYS_MAX] = {false};
    find_reads(program, read);
    tw_text_add(text,
                "TW_SIMD static void %s_%s(void *const *arrays, const double *scalars, "
                "int64_t first, int64_t end) {\n",
                name, suffix);
    for (int i = 0; i < program->code_array_count; i++)
        tw_text_add(text, "    %s *a%d = arrays[%d];\n", type, i, i);
    if (program->scalar_count == 0) tw_text_add(text, "    (void)scalars;\n");
    for (int i = 0; i < program->scalar_count; i++)
        tw_text_add(text, "    const %s s%d = (%s)scalars[%d];\n", type, i, type, i);
    tw_text_add(text,
                "    enum { LINE = TW_TILE_LINE_BYTES / sizeof(%s) };\n"
                "    int64_t line = first;\n"
                "    for (; line + LINE <= end; line += LINE) {\n",
                type);
    for (int i = 0; i < program->code_array_count; i++)
        if (read[i] && program->divides)
            tw_text_add(text, "    TW_TILE_ASK_AHEAD(a%d + line);\n", i);
    add_loop(text, type, suffix, "line", "line + LINE", program);
    tw_text_add(text, "    }\n");
    add_loop(text, type, suffix, "line", "end", program);
    tw_text_add(text, "}\n\n");
}

void tw_tile_emit_c(tw_text *text, const char *name, const tw_tile_program *program) {
    tw_text_add(text, "static const int32_t %s_code[] = {", name);
    for (size_t i = 0; i < program->code_length; i++)
        tw_text_add(text, i == 0 ? "%d" : i % 16 == 0 ? ",\n    %d" : ", %d", program->code[i]);
    tw_text_add(text, "};\n\n");
    add_function(text, name, "float", "f32", program);
    add_function(text, name, "double", "f64", program);
}

static bool same_code(const tw_tile_program *a, const tw_tile_program *b) {
    return a->code_length == b->code_length &&
           memcmp(a->code, b->code, a->code_length * sizeof *a->code) == 0;
}

static bool is_emitted(const tw_tile_program *const *programs, size_t i) {
    if (!tw_tile_can_emit(programs[i])) return false;
    for (size_t k = 0; k < i; k++)
        if (same_code(programs[k], programs[i])) return false;
    return true;
}

void tw_tile_emit_file(tw_text *text, const char *prefix, const tw_tile_program *const *programs,
                       const char *const *names, size_t count) {
    size_t rows = 0;
    tw_text_add(text, "// Written when thalweg is built: tile programs as C.\n"
                      "#include \"tile/element.h\"\n\n");
    for (size_t i = 0; i < count; i++) {
        if (!is_emitted(programs, i)) continue;
        tw_tile_emit_c(text, names[i], programs[i]);
        rows++;
    }
    if (rows > 0) {
        tw_text_add(text, "static const tw_tile_fused rows[] = {\n");
        for (size_t i = 0; i < count; i++)
            if (is_emitted(programs, i))
                tw_text_add(text,
                            "    {%s_code, sizeof %s_code / sizeof *%s_code, %s_f32, %s_f64},\n",
                            names[i], names[i], names[i], names[i], names[i]);
        tw_text_add(text, "};\n\n");
    }
    tw_text_add(text, "const tw_tile_fused *const %s_list = %s;\nconst size_t %s_count = %d;\n",
                prefix, rows > 0 ? "rows" : "NULL", prefix, (int)rows);
}
