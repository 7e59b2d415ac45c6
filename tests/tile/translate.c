// Writes tile programs as C to standard output: what translated_test is built with.
#include <stdio.h>

#include "base/text.h"
#include "support/tile_programs.h"
#include "tile/emit.h"

#define DRAWN 12
#define COUNT (TW_TEST_RULES + DRAWN)

static tw_status translate(tw_context *context, tw_text *text) {
    const tw_tile_program *programs[COUNT] = {NULL};
    tw_tile_program *owned[COUNT] = {NULL};
    const char *names[COUNT];
    char drawn_names[DRAWN][16];
    tw_status status = TW_OK;
    for (int i = 0; i < COUNT && status == TW_OK; i++) {
        tw_tile_builder *builder = NULL;
        status = tw_tile_builder_new(context, &builder);
        if (status != TW_OK) break;
        if (i < TW_TEST_RULES) {
            tw_test_rule(builder, i);
            names[i] = tw_test_rule_names[i];
        } else {
            const int drawn = i - TW_TEST_RULES;
            tw_test_random_program(builder, (uint64_t)drawn, true);
            snprintf(drawn_names[drawn], sizeof drawn_names[drawn], "drawn%d", drawn);
            names[i] = drawn_names[drawn];
        }
        status = tw_tile_build(builder, &owned[i]);
        programs[i] = owned[i];
        tw_tile_builder_free(builder);
    }
    if (status == TW_OK) tw_tile_emit_file(text, "tw_test_fused", programs, names, COUNT);
    for (int i = 0; i < COUNT; i++) tw_tile_program_free(owned[i]);
    return status == TW_OK ? text->status : status;
}

int main(void) {
    tw_context *context = NULL;
    if (tw_context_new(&context) != TW_OK) return 1;
    tw_text text;
    tw_text_start(&text, context);
    const tw_status status = translate(context, &text);
    if (status == TW_OK)
        fputs(text.data, stdout);
    else
        fprintf(stderr, "%s\n", tw_context_message(context));
    tw_text_free(&text);
    tw_context_free(context);
    return status == TW_OK ? 0 : 1;
}
