// Initial values of parameters: NAME or NAME:key=value, as in "xavier_uniform" or "constant:value=0.1".
//
//     tw_initialiser *he = NULL;
//     tw_initialiser_parse(context, "he", &he);
//     tw_initialiser_fill(context, he, weight, seed, 3);
//
// A number that is drawn depends only on (seed, stream, element). Weights are stored as [inputs, outputs], so the
// number of a unit's inputs is the first size and the number of outputs the last.
#ifndef THALWEG_INIT_H
#define THALWEG_INIT_H

#include "thalweg/tensor.h"
#include "thalweg/words.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_initialiser tw_initialiser;

// One of the built-in kinds, for help. Borrowed: valid for ever.
typedef struct tw_initialiser_kind {
    const char *name;
    const char *formula;
    const char *source; // author, year
    const tw_key *keys;
    int key_count;
} tw_initialiser_kind;

// Kind `index`, NULL behind the last.
TW_API const tw_initialiser_kind *tw_initialiser_kinds(int index);

// Reads "NAME[:key=value,...]". `*initialiser` is owned by the caller: free with tw_initialiser_free.
// Errors: TW_BAD_ARGUMENT with the nearest name.
TW_API tw_status tw_initialiser_parse(tw_context *context, const char *text,
                                      tw_initialiser **initialiser);

// Frees; NULL is fine.
TW_API void tw_initialiser_free(tw_initialiser *initialiser);

// The initialiser as text, with all keys spelled out. Borrowed: valid while the initialiser is.
TW_API const char *tw_initialiser_text(const tw_initialiser *initialiser);

// Fills an f32 or f64 tensor [inputs, outputs], or [n] for a bias. `stream`, below 2^24, keeps the draws of
// different parameters apart. Errors: TW_BAD_SHAPE for a shape that means nothing to the initialiser
// (orthogonal of a vector), TW_BAD_ARGUMENT for another type or stream, TW_NO_MEMORY.
TW_API tw_status tw_initialiser_fill(tw_context *context, const tw_initialiser *initialiser,
                                     tw_tensor *tensor, uint64_t seed, uint32_t stream);

#ifdef __cplusplus
}
#endif

#endif
