// A trained model from its run folder or checkpoint: measured on a data set, asked for predictions.
//
//     tw_trained *trained = NULL;
//     tw_trained_open(context, "runs/first", &trained);         // or a .safetensors checkpoint
//     tw_trained_evaluate(trained, "mnist:data/mnist", &evaluation);
#ifndef THALWEG_EVALUATE_H
#define THALWEG_EVALUATE_H

#include "thalweg/data.h"
#include "thalweg/objective.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_trained tw_trained;

// Opens a run folder (its best checkpoint where there is one, else its last) or a checkpoint file, and
// builds the model for evaluation. `*trained` is owned by the caller: free with tw_trained_free. Errors:
// TW_NOT_FOUND, TW_BAD_FILE, TW_MISMATCH, TW_IO, TW_NO_MEMORY.
TW_API tw_status tw_trained_open(tw_context *context, const char *path, tw_trained **trained);

// Frees; NULL is fine.
TW_API void tw_trained_free(tw_trained *trained);

// Seed of the sets made on the fly and of samples. Until it is called, the run's.
TW_API void tw_trained_set_seed(tw_trained *trained, uint64_t seed);

// What it expects and gives: features an example, outputs (classes or numbers), whether classes, and their
// names. Borrowed: valid while it is.
TW_API int64_t tw_trained_features(const tw_trained *trained);

// How many outputs it has: classes, or the numbers of a target.
TW_API int64_t tw_trained_outputs(const tw_trained *trained);

// Whether it chooses a class (else it gives numbers).
TW_API bool tw_trained_classifies(const tw_trained *trained);

// The name of a class, "" out of range. Borrowed: valid while it is.
TW_API const char *tw_trained_class_name(const tw_trained *trained, int64_t index);

// How the set of the last evaluation or prediction was read: its examples, header, gaps, categories that
// training did not have, a line each. "" before the first. Borrowed: valid until the next.
TW_API const char *tw_trained_said(const tw_trained *trained);

// Means over a data set; confusion [classes, classes]: row the true class, column the chosen one.
typedef struct tw_evaluation {
    int64_t examples;
    double loss;
    double error;             // NaN for a regression
    int64_t classes;          // 0 for a regression
    const int64_t *confusion; // NULL for a regression; borrowed: valid until the next evaluation
    double seconds;
} tw_evaluation;

// Measures the model on what `data` names (the test set of a format that has one), encoded as the training
// set was. Errors: what the data says; TW_MISMATCH where its shape or classes differ.
TW_API tw_status tw_trained_evaluate(tw_trained *trained, const char *data,
                                     tw_evaluation *evaluation);

// One example's prediction: probabilities [classes] and the class, or the values [outputs] in the units of
// the data, class -1.
typedef void tw_prediction_function(int64_t example, int64_t chosen, const double *values,
                                    int64_t count, void *user);

// Calls `function` for each example of `data` in order.
TW_API tw_status tw_trained_predict(tw_trained *trained, const char *data,
                                    tw_prediction_function *function, void *user);

// The mean loss (with its penalties, dropout off) as a function of all parameters, starting at the trained
// ones: what curvature.h measures and minimize.h minimises. `data` NULL: the run's own training set.
// `examples`: a sample of so many, drawn by the seed; 0: all. A regression's target is standardised, as
// it is trained. `*objective` is owned by the caller: free with tw_objective_free, before `trained`. Errors:
// as tw_trained_evaluate.
TW_API tw_status tw_trained_objective(tw_trained *trained, const char *data, int64_t examples,
                                      tw_objective **objective);

// The value of a hyperparameter as the run's method text says it (at step 1); NaN for an unknown one.
TW_API double tw_trained_value(const tw_trained *trained, const char *hyperparameter);

// How the gradient of a minibatch of some size differs from that of the whole sample.
typedef struct tw_noise_point {
    int64_t batch;   // examples a minibatch
    int64_t draws;   // minibatches measured
    double variance; // mean of |g_B - g|_2^2
    double offset;   // |mean of g_B - g|_2; of an unbiased estimate about sqrt(variance/draws)
} tw_noise_point;

#define TW_NOISE_POINTS 4

typedef struct tw_gradient_noise {
    double grad_norm; // |g|_2 of the sample
    double
        scale; // trace of one example's covariance/|g|^2: a minibatch far below it is mostly noise, one
               // far above it wastes examples (McCandlish, Kaplan and Amodei, 2018)
    int point_count;
    tw_noise_point points[TW_NOISE_POINTS]; // of growing minibatches
} tw_gradient_noise;

// Measures minibatches of 8, 32, 128 and 512 examples (as far as the sample has two of a size), drawn without
// replacement, at a point. `objective` from tw_trained_objective. Errors: TW_BAD_ARGUMENT for another one or a
// sample below 16 examples; what the data say.
TW_API tw_status tw_objective_noise(tw_objective *objective, const tw_objective_point *point,
                                    tw_gradient_noise *noise);

// The same function with other parameters: a unit whose inputs are scaled by `factor` and whose outputs by
// 1/factor.
typedef struct tw_rescaled {
    double factor;
    double loss, grad_norm; // there
} tw_rescaled;

// Rescales a unit of the first layer, the one that most depends on, by rescaled->factor, and measures: the loss
// stays, the gradient does not. x [n] is left alone. Errors: TW_UNSUPPORTED where the first layer is not dense with
// relu or leaky_relu before another dense one; TW_BAD_ARGUMENT for a factor that is not positive.
TW_API tw_status tw_objective_rescale(tw_objective *objective, const void *x,
                                      tw_rescaled *rescaled);

#ifdef __cplusplus
}
#endif

#endif
