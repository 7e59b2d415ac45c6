// First values of parameters: NAME or NAME:key=value, as in "xavier_uniform" or "constant:value=0.1".
//
//     tw_initialiser *he = NULL;
//     tw_initialiser_parse(context, "he", &he);
//     tw_initialiser_fill(context, he, weight, seed, 3);
//
// A draw is a function of (seed, stream, element) alone. A weight is stored [inputs, outputs]: fan_in is
// its first axis, fan_out its last.
#ifndef THALWEG_INIT_H
#define THALWEG_INIT_H

#include "thalweg/tensor.h"
#include "thalweg/words.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_initialiser tw_initialiser;

// One of the built-in kinds, for help: its formula and where it comes from. All borrowed: for ever.
typedef struct tw_initialiser_kind {
    const char *name;
    const char *formula;
    const char *source; // author, year
    const tw_key *keys;
    int key_count;
} tw_initialiser_kind;

// Number `index` of the built-in kinds, NULL behind the last.
TW_API const tw_initialiser_kind *tw_initialiser_kinds(int index);

// Reads "NAME[:key=value,...]". `*initialiser` is owned by the caller: free with tw_initialiser_free.
// Errors: TW_BAD_ARGUMENT with the nearest name.
TW_API tw_status tw_initialiser_parse(tw_context *context, const char *text,
                                      tw_initialiser **initialiser);

// Frees; NULL is fine.
TW_API void tw_initialiser_free(tw_initialiser *initialiser);

// The text it was read from, with all keys. Borrowed: valid while it is.
TW_API const char *tw_initialiser_text(const tw_initialiser *initialiser);

// Fills an f32 or f64 tensor [inputs, outputs] (or [n], a bias). `stream` tells one parameter's draws
// from another's; below 2^24. Errors: TW_BAD_SHAPE for a shape the kind has no meaning for (orthogonal
// of a vector), TW_BAD_ARGUMENT for another type or stream, TW_NO_MEMORY.
TW_API tw_status tw_initialiser_fill(tw_context *context, const tw_initialiser *initialiser,
                                     tw_tensor *tensor, uint64_t seed, uint32_t stream);

#ifdef __cplusplus
}
#endif

#endif
