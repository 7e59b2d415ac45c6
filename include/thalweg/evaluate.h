// A trained model, opened from its run folder or checkpoint, to be measured on a data set or asked for predictions.
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

// Sets the seed of generated data sets and of samples, which is that of the run until then.
TW_API void tw_trained_set_seed(tw_trained *trained, uint64_t seed);

// The number of elements of an example.
TW_API int64_t tw_trained_features(const tw_trained *trained);

// The number of its outputs: classes, or values of a target.
TW_API int64_t tw_trained_outputs(const tw_trained *trained);

// Whether it chooses a class; else it predicts values.
TW_API bool tw_trained_classifies(const tw_trained *trained);

// The name of class `index`, "" out of range. Borrowed: valid while the model is.
TW_API const char *tw_trained_class_name(const tw_trained *trained, int64_t index);

// How the set of the last evaluation or prediction was read (its examples, header, gaps, categories that the
// training set did not have): one line each, "" before the first. Borrowed: valid until the next.
TW_API const char *tw_trained_said(const tw_trained *trained);

// Means over a data set. confusion [classes, classes] counts examples, with a row for each true class and a
// column for each chosen one.
typedef struct tw_evaluation {
    int64_t examples;
    double loss;
    double error;             // NaN for a regression
    int64_t classes;          // 0 for a regression
    const int64_t *confusion; // NULL for a regression; borrowed: valid until the next evaluation
    double seconds;
} tw_evaluation;

// Measures the model on what `data` names (the test set of a format that has one), encoded as the training
// set was. Errors: what the data say; TW_MISMATCH where their shape or classes differ; TW_NO_MEMORY.
TW_API tw_status tw_trained_evaluate(tw_trained *trained, const char *data,
                                     tw_evaluation *evaluation);

// Called with one example's prediction: the chosen class and the probabilities [classes]; or, for a
// regression, -1 and the values [outputs] in the unit of the data. Borrowed during the call.
typedef void tw_prediction_function(int64_t example, int64_t chosen, const double *values,
                                    int64_t count, void *user);

// Calls `function` for each example of `data`, in order. Errors: as tw_trained_evaluate.
TW_API tw_status tw_trained_predict(tw_trained *trained, const char *data,
                                    tw_prediction_function *function, void *user);

// The mean loss, with its penalties and without dropout, as a function of all n parameters: what curvature.h
// measures and minimize.h minimises. Its type is the precision of the run, float for TW_F32; its standard
// start (tw_objective_describe) is the trained parameters, in double. `data` NULL means the run's own
// training set. `examples` takes a sample of that size, drawn by the seed; 0 takes all. The target of a
// regression is standardised as in training. `*objective` is owned by the caller: free with
// tw_objective_free, before `trained`. Errors: as tw_trained_evaluate.
TW_API tw_status tw_trained_objective(tw_trained *trained, const char *data, int64_t examples,
                                      tw_objective **objective);

// The value of a hyperparameter at step 1, by the method text of the run; NaN if there is none of that name.
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
    // Trace of the covariance of one example's gradient over |g|^2, in examples: a minibatch far below it is
    // mostly noise, one far above it wastes examples (McCandlish, Kaplan and Amodei, 2018).
    double scale;
    int point_count;
    tw_noise_point points[TW_NOISE_POINTS]; // of growing minibatches
} tw_gradient_noise;

// Measures minibatches of 8, 32, 128 and 512 examples, as far as the sample has two of a size, drawn without
// replacement, at a point. `objective` comes from tw_trained_objective. Errors: TW_BAD_ARGUMENT for another
// objective or a sample below 16 examples; what the data say; TW_NO_MEMORY.
TW_API tw_status tw_objective_noise(tw_objective *objective, const tw_objective_point *point,
                                    tw_gradient_noise *noise);

// The same function with other parameters: the inputs of a relu unit times `factor`, its outputs divided by
// it.
typedef struct tw_rescaled {
    double factor;
    double loss, grad_norm; // there
} tw_rescaled;

// Rescales the unit of the first layer that most depends on by rescaled->factor and measures: the loss
// stays, the gradient does not. `objective` comes from tw_trained_objective; x [n], in its type, is left
// alone. Errors: TW_UNSUPPORTED unless the first layer is dense with relu or leaky_relu and another dense
// layer follows; TW_BAD_ARGUMENT for a factor that is not positive and finite; what the data say; TW_NO_MEMORY.
TW_API tw_status tw_objective_rescale(tw_objective *objective, const void *x,
                                      tw_rescaled *rescaled);

#ifdef __cplusplus
}
#endif

#endif
