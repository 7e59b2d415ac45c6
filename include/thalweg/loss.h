// What a training minimises, and the measures that are watched beside it.
//
//     const tw_loss *loss = NULL;
//     tw_loss_parse(context, "cross_entropy", classes, &loss);
//     tw_node each = tw_loss_build(loss, graph, outputs, target); // [B]: one number an example
//     tw_node error = tw_zero_one_error(graph, outputs, target);  // [B]: 1 where the class is wrong
#ifndef THALWEG_LOSS_H
#define THALWEG_LOSS_H

#include "thalweg/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_loss tw_loss; // one of a fixed list: never freed

// The loss of a name: cross_entropy (the negative log-likelihood, surrogate of the 0-1 error), hinge
// (multi-class, Crammer and Singer, 2001), squared, absolute, huber (Huber, 1964, delta = 1). NULL or "":
// cross_entropy where `classes` > 0, else squared. Errors: TW_BAD_ARGUMENT for an unknown name, or one
// that does not fit (hinge of a regression).
TW_API tw_status tw_loss_parse(tw_context *context, const char *name, int64_t classes,
                               const tw_loss **loss);

// Number `index` of the list, NULL behind the last; its name and its formula. Borrowed: for ever.
TW_API const tw_loss *tw_losses(int index);

// Its name. Borrowed: valid for ever.
TW_API const char *tw_loss_name(const tw_loss *loss);

// Its formula as text. Borrowed: valid for ever.
TW_API const char *tw_loss_formula(const tw_loss *loss);

// One loss an example: outputs [B, classes] and target i32 [B], or outputs and target [B, k] -> [B].
// A regression's loss is the mean over its k outputs. Latches TW_BAD_SHAPE where they do not fit.
TW_API tw_node tw_loss_build(const tw_loss *loss, tw_graph *graph, tw_node outputs, tw_node target);

// 1 where the largest output is not the target's class, else 0: [B, classes], i32 [B] -> [B]. Without a
// derivative: that is why a surrogate is trained.
TW_API tw_node tw_zero_one_error(tw_graph *graph, tw_node outputs, tw_node target);

// Sum over all weights (not biases) of the graph of |w| * l1 + w^2 * l2 / 2, a scalar to add to a mean
// loss. TW_NO_NODE if both are 0.
TW_API tw_node tw_penalty(tw_graph *graph, double l1, double l2);

#ifdef __cplusplus
}
#endif

#endif
