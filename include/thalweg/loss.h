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

// The loss called `name`: cross_entropy (negative log-likelihood, a surrogate of the 0-1 error), hinge (for
// several classes, Crammer and Singer, 2001), squared, absolute, huber (Huber, 1964, delta = 1). NULL or ""
// means cross_entropy if `classes` > 0, else squared. `classes` is 0 for a regression. Errors:
// TW_BAD_ARGUMENT for a name that is unknown or does not fit (hinge for a regression).
TW_API tw_status tw_loss_parse(tw_context *context, const char *name, int64_t classes,
                               const tw_loss **loss);

// Loss `index` of the list, NULL behind the last. Borrowed: valid for ever.
TW_API const tw_loss *tw_losses(int index);

// Its name. Borrowed: valid for ever.
TW_API const char *tw_loss_name(const tw_loss *loss);

// Its formula as text. Borrowed: valid for ever.
TW_API const char *tw_loss_formula(const tw_loss *loss);

// One loss for each example, [B]: from outputs [B, classes] and target i32 [B], or from outputs and target
// [B, k], where it is the mean over the k values. Take tw_mean_all of it to train. Latches TW_BAD_SHAPE
// where the shapes do not fit.
TW_API tw_node tw_loss_build(const tw_loss *loss, tw_graph *graph, tw_node outputs, tw_node target);

// 1 where the largest output is not that of the target's class, else 0: outputs [B, classes], target i32 [B]
// -> [B]. It has no derivative, which is why a surrogate is trained.
TW_API tw_node tw_zero_one_error(tw_graph *graph, tw_node outputs, tw_node target);

// The sum of |w|*l1 + w^2*l2/2 over all weights of the graph, that is, its parameters of two or more axes: a
// scalar to be added to a mean loss. TW_NO_NODE if both are 0.
TW_API tw_node tw_penalty(tw_graph *graph, double l1, double l2);

#ifdef __cplusplus
}
#endif

#endif
