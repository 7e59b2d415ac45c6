// Programs as C, to be compiled when thalweg is built: one loop, which keeps every value in a register and gives
// the same bits as the interpreter.
//
//     tw_tile_emit_file(&text, "tw_tile_fused", programs, names, count); // a whole file
//
// The file takes the place of src/tile/fused_none.c.
#ifndef TW_TILE_EMIT_H
#define TW_TILE_EMIT_H

#include "tile/tile.h"

// Whether a program can be translated: element-wise arithmetic alone, no exp or its kin, no random
// numbers, no reductions.
bool tw_tile_can_emit(const tw_tile_program *program);

// Adds the static functions NAME_f32 and NAME_f64 and the program's code, NAME_code.
void tw_tile_emit_c(tw_text *text, const char *name, const tw_tile_program *program);

// Adds a whole file with the functions of all programs that can be translated, each code once, and the
// table `prefix`_list of `prefix`_count rows. Names must be C names. The text latches failures.
void tw_tile_emit_file(tw_text *text, const char *prefix, const tw_tile_program *const *programs,
                       const char *const *names, size_t count);

#endif
