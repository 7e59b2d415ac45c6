// The named arrays that outlive runs: parameters, states of rules, accumulators. Graphs name them, plans
// bind them, checkpoints save them; a training graph and an evaluation graph share one set.
//
//     tw_variables *variables = NULL;
//     tw_tensor *w = NULL;
//     tw_variables_new(context, &variables);
//     tw_variables_have(variables, "w", TW_F32, &shape, &w); // zeros, if it was not there
#ifndef THALWEG_VARIABLES_H
#define THALWEG_VARIABLES_H

#include "thalweg/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_variables tw_variables;

// An empty set. `*variables` is owned by the caller: free with tw_variables_free, after the plans that use
// it. Errors: TW_NO_MEMORY.
TW_API tw_status tw_variables_new(tw_context *context, tw_variables **variables);

// Frees; NULL is fine.
TW_API void tw_variables_free(tw_variables *variables);

// The array called `name` (copied), which is made, of zeros, if it is missing. `*tensor` is borrowed: valid
// while the set is; its address and data never move. Errors: TW_MISMATCH if the array is there with another
// type or shape; TW_BAD_SHAPE for a shape that tw_shape_elements refuses; TW_NO_MEMORY.
TW_API tw_status tw_variables_have(tw_variables *variables, const char *name, tw_dtype dtype,
                                   const tw_shape *shape, tw_tensor **tensor);

// The array called `name`, or NULL. Borrowed: valid while the set is.
TW_API tw_tensor *tw_variables_find(const tw_variables *variables, const char *name);

// Frees the arrays whose names contain `part`. No plan may use them any more.
TW_API void tw_variables_drop(tw_variables *variables, const char *part);

// The number of arrays.
TW_API int tw_variables_count(const tw_variables *variables);

// The name of array `index`, in the order in which they were made. Borrowed: valid while the set is.
TW_API const char *tw_variables_name(const tw_variables *variables, int index);

// Array `index`, in the same order. Borrowed: valid while the set is.
TW_API tw_tensor *tw_variables_tensor(const tw_variables *variables, int index);

#ifdef __cplusplus
}
#endif

#endif
