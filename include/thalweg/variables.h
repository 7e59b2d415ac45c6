// The named arrays that outlive runs: parameters, rules' state, accumulators. Graphs name them, plans
// bind them, checkpoints save them; a training graph and an evaluation graph share one set.
#ifndef THALWEG_VARIABLES_H
#define THALWEG_VARIABLES_H

#include "thalweg/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_variables tw_variables;

// An empty set. `*variables` is owned by the caller: free with tw_variables_free, after the plans.
TW_API tw_status tw_variables_new(tw_context *context, tw_variables **variables);

// Frees; NULL is fine.
TW_API void tw_variables_free(tw_variables *variables);

// The array of a name; made of zeros if missing. `*tensor` is borrowed: valid while the set is (its
// address and data never move). Errors: TW_MISMATCH if it is there with another type or shape.
TW_API tw_status tw_variables_have(tw_variables *variables, const char *name, tw_dtype dtype,
                                   const tw_shape *shape, tw_tensor **tensor);

// The array of a name or NULL. Borrowed, as above.
TW_API tw_tensor *tw_variables_find(const tw_variables *variables, const char *name);

// Frees the arrays whose names contain `part`. No plan may use them any more.
TW_API void tw_variables_drop(tw_variables *variables, const char *part);

// How many, and the name and array of number `index` (in the order they were made). Borrowed, as above.
TW_API int tw_variables_count(const tw_variables *variables);

// The name of number `index`. Borrowed: valid while the set is.
TW_API const char *tw_variables_name(const tw_variables *variables, int index);

// The array of number `index`. Borrowed: valid while the set is.
TW_API tw_tensor *tw_variables_tensor(const tw_variables *variables, int index);

#ifdef __cplusplus
}
#endif

#endif
