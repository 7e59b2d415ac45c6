// Writes the programs of the built-in rules, alone and behind each link, as one C file: the library
// then runs them, and any text that lowers to the same instructions, at the speed of a hand-written
// loop. Used by the build: rule_compiler OUT.c
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "rules/method_parts.h"
#include "tile/emit.h"

enum { METHODS_MAX = 1024, NAME_BYTES = 160, PROGRAMS_MAX = 3 * METHODS_MAX };

typedef struct compiler {
    tw_context *context;
    tw_method *methods[METHODS_MAX];
    const tw_tile_program *programs[PROGRAMS_MAX];
    char names[PROGRAMS_MAX][NAME_BYTES];
    const char *name_list[PROGRAMS_MAX];
    int method_count;
    size_t program_count;
} compiler;

static void add_program(compiler *c, const char *method, const char *part,
                        const tw_rule_program *program) {
    if (program == NULL) return;
    for (int i = 0; i < tw_rule_program_variants(program); i++) {
        if (c->program_count == PROGRAMS_MAX || !tw_tile_can_emit(program->update[i])) continue;
        char *name = c->names[c->program_count];
        snprintf(name, NAME_BYTES, i == 0 ? "%s_%s" : "%s_%s%d", method, part, i);
        c->name_list[c->program_count] = name;
        c->programs[c->program_count++] = program->update[i];
    }
}

// `link` may be NULL.
static tw_status add_method(compiler *c, const char *link, const char *rule) {
    char text[NAME_BYTES], name[NAME_BYTES];
    if (c->method_count == METHODS_MAX) return TW_OK;
    if (link == NULL) {
        snprintf(text, sizeof text, "%s", rule);
        snprintf(name, sizeof name, "%s", rule);
    } else {
        snprintf(text, sizeof text, "%s | %s", link, rule);
        snprintf(name, sizeof name, "%s_%s", link, rule);
    }
    tw_method *method;
    tw_status status = tw_method_parse(c->context, text, &method);
    if (status != TW_OK) return status;
    c->methods[c->method_count++] = method;
    add_program(c, name, "update", method->update);
    if (link != NULL) return TW_OK;
    add_program(c, name, "look", method->look);
    add_program(c, name, "eval", method->eval);
    return TW_OK;
}

static tw_status add_all(compiler *c) {
    tw_status status = TW_OK;
    for (int i = 0; i < tw_rule_count() && status == TW_OK; i++) {
        if (tw_rule_is_link(i)) continue;
        status = add_method(c, NULL, tw_rule_name(i));
        for (int k = 0; k < tw_rule_count() && status == TW_OK; k++) {
            if (tw_rule_is_link(k)) status = add_method(c, tw_rule_name(k), tw_rule_name(i));
        }
    }
    return status;
}

static tw_status write_file(compiler *c, const char *path) {
    tw_text text;
    tw_text_start(&text, c->context);
    tw_tile_emit_file(&text, "tw_tile_fused", c->programs, c->name_list, c->program_count);
    tw_status status = text.status;
    if (status == TW_OK) status = tw_file_write_all(c->context, path, text.data, text.length);
    tw_text_free(&text);
    return status;
}

int main(int count, char **arguments) {
    tw_context *context;
    if (count != 2 || tw_context_new(&context) != TW_OK) return 1;
    tw_status status = TW_NO_MEMORY;
    compiler *c = tw_allocate(context, 1, sizeof *c);
    if (c != NULL) {
        c->context = context;
        status = add_all(c);
        if (status == TW_OK) status = write_file(c, arguments[1]);
        for (int i = 0; i < c->method_count; i++) tw_method_free(c->methods[i]);
    }
    if (status != TW_OK) fprintf(stderr, "rule_compiler: %s\n", tw_context_message(context));
    tw_release(c);
    tw_context_free(context);
    return status == TW_OK ? 0 : 1;
}
