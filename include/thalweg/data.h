// Sets of examples, the order they are taken in, and minibatches prepared in the background.
//
//     tw_data *train, *test;
//     tw_data_options how = tw_data_options_default();
//     how.holdout = 0.2; // where it has no test set of its own
//     tw_data_open(context, "csv:iris.csv?target=4", &how, &train, &test); // or strokes, mnist:DIR
//     tw_batches_new(train, &options, &batches);
//     for (int64_t i = 0; i < tw_batches_per_epoch(batches); i++) {
//         tw_batch batch;
//         tw_batches_next(batches, &batch); // batch.x [batch.count, features], batch.targets
//     }
//
// Free batches before their data; sets in any order: a view keeps alive what it looks at.
#ifndef THALWEG_DATA_H
#define THALWEG_DATA_H

#include "thalweg/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_data tw_data;

// What is to be predicted.
typedef enum tw_target_kind {
    TW_TARGET_CLASS, // one of tw_data_classes: int32_t, from 0
    TW_TARGET_VALUE, // tw_data_target_width numbers
    TW_TARGET_NONE,  // nothing is known: examples to predict
} tw_target_kind;

// ---- Opening ----------------------------------------------------------------------------------

typedef struct tw_data_options {
    uint64_t seed; // of the sets made on the fly, and of what is held out. Default 1.
    // Share to hold out as the test set where the format has none of its own; nothing is learned from
    // its numbers. As tw_data_split has it. Default 0: no test set then.
    double holdout;
    // Do so also where the format has a test set of its own, which is left alone: for choosing among methods,
    // so that the test set can say at last how good the chosen one is. Default false.
    bool spare_test;
} tw_data_options;

// The defaults, said beside each field.
TW_API tw_data_options tw_data_options_default(void);

// Opens what `spec` names: `FORMAT`, `FORMAT:PLACE`, or either with `?key=value&key=value` (docs/data.md).
// `options` may be NULL: the defaults. `*train` and `*test` are owned by the caller: free with tw_data_free.
// `*test` is NULL if none is held out and the format has no test set of its own, or `options` spare it;
// tw_data_open_like opens one. Encodings (categories, standardisation, order of the classes) are learned on the
// training set; of a file that is split in two, the names of categories and classes are those of the whole file.
// Errors: TW_BAD_ARGUMENT for the spec; TW_NOT_FOUND, TW_IO; TW_BAD_FILE with file, line and column or byte;
// TW_UNSUPPORTED; TW_NO_MEMORY.
TW_API tw_status tw_data_open(tw_context *context, const char *spec, const tw_data_options *options,
                              tw_data **train, tw_data **test);

// Opens a set to be measured or predicted with a model that was trained on another one. `encoding` is what
// tw_data_encoding gave for that training set, perhaps kept in a checkpoint. Of a format with a test set of
// its own the test set is taken, of others the whole file. Nothing is learned from it: categories, widths,
// means and classes are those of the training set. `*data` is owned by the caller: free with tw_data_free.
// Errors: as above, and TW_MISMATCH if shape or classes differ.
TW_API tw_status tw_data_open_like(tw_context *context, const char *encoding, const char *spec,
                                   const tw_data_options *options, tw_data **data);

// Everything that a later set must be read with, as one line of JSON. Borrowed: valid while the set is.
TW_API const char *tw_data_encoding(const tw_data *data);

// A format or generator: its name, how its spec is written, and what it is, in a line each.
typedef struct tw_data_format {
    const char *name;
    const char *usage;
    const char *summary;
} tw_data_format;

// Format or generator `index`, NULL behind the last. Borrowed: valid for ever.
TW_API const tw_data_format *tw_data_format_at(int index);

// ---- A host program's own examples ------------------------------------------------------------

// What a set made of arrays or of a function holds.
typedef struct tw_data_form {
    const char *name;         // said in messages; copied. Default "data".
    int64_t count;            // examples
    tw_shape shape;           // of one example, such as [28, 28]
    tw_target_kind kind;      // default TW_TARGET_CLASS
    int classes;              // for TW_TARGET_CLASS: how many
    const char *const *names; // [classes] copied; NULL (the default): "0", "1", ...
    int64_t target_width;     // for TW_TARGET_VALUE: numbers an example. Default 1.
} tw_data_form;

// The defaults, said beside each field.
TW_API tw_data_form tw_data_form_default(void);

// Asks for examples: which, and where they go.
typedef struct tw_data_request {
    const int64_t *rows; // [count] numbers of the examples, each 0 to the set's count - 1
    int64_t count;
    tw_dtype dtype; // TW_F32 or TW_F64: of x and of target values
    void *x;        // [count, features]; NULL: not wanted
    void *targets;  // int32_t [count] or [count, target_width] of dtype; NULL: not wanted
} tw_data_request;

// Fills a request. A status other than TW_OK ends the training and is returned from it. It is called by one
// thread at a time, but not always the same, and while other threads compute. It must give the same examples
// for the same rows.
typedef tw_status tw_data_function(const tw_data_request *request, void *user);

// A set that `function` makes. `*data` is owned by the caller: free with tw_data_free; `user` borrowed:
// valid until then. Errors: TW_BAD_ARGUMENT, TW_NO_MEMORY.
TW_API tw_status tw_data_from_function(tw_context *context, const tw_data_form *form,
                                       tw_data_function *function, void *user, tw_data **data);

// A set made of two arrays: x [count, features] of `dtype` (TW_U8 is divided by 255, TW_F32 and TW_F64 are
// taken as they are), and targets, int32_t [count] or float [count, target_width], NULL for TW_TARGET_NONE.
// Both are borrowed: valid until the set and its views are freed. `form` is copied. `*data` is owned by the
// caller: free with tw_data_free. Errors: TW_BAD_ARGUMENT, also for a label that is not a class;
// TW_NO_MEMORY.
TW_API tw_status tw_data_from_arrays(tw_context *context, const tw_data_form *form, tw_dtype dtype,
                                     const void *x, const void *targets, tw_data **data);

// ---- Parts ------------------------------------------------------------------------------------

// Splits a set at random, by `seed`: `*held` gets the share `fraction`, between 0 and 1, of each class (of
// all examples, if there are no classes), rounded, but at least one example of the whole and at most all but
// one; `*kept` gets the rest. Both are views, owned by the caller: free with tw_data_free; `data` may be
// freed before them. Means and deviations stay those of all of `data`; where that matters, hold out while
// opening (tw_data_options). Errors: TW_BAD_ARGUMENT, TW_NO_MEMORY.
TW_API tw_status tw_data_split(tw_data *data, double fraction, uint64_t seed, tw_data **kept,
                               tw_data **held);

// A view of the examples rows[0 .. count - 1], in this order; `rows` is copied. `*view` is owned by the
// caller: free with tw_data_free. Errors: as above.
TW_API tw_status tw_data_select(tw_data *data, const int64_t *rows, int64_t count, tw_data **view);

// Frees; NULL is fine.
TW_API void tw_data_free(tw_data *data);

// ---- What a set holds -------------------------------------------------------------------------

// The context that it was made with.
TW_API tw_context *tw_data_context(const tw_data *data);

// Its spec, or the name of a program's own set. Borrowed: valid while the set is.
TW_API const char *tw_data_name(const tw_data *data);

// The number of examples.
TW_API int64_t tw_data_count(const tw_data *data);

// The shape of one example, such as [28, 28] or [13]. Borrowed: valid while the set is.
TW_API const tw_shape *tw_data_shape(const tw_data *data);

// The number of elements of one example.
TW_API int64_t tw_data_features(const tw_data *data);

// What is to be predicted.
TW_API tw_target_kind tw_data_target_kind(const tw_data *data);

// The number of classes; 0 if the targets are not classes.
TW_API int tw_data_classes(const tw_data *data);

// The name of class `index`, 0 to classes - 1. Borrowed: valid while the set is.
TW_API const char *tw_data_class_name(const tw_data *data, int index);

// The number of values to predict for an example; 0 if the targets are classes or not known.
TW_API int64_t tw_data_target_width(const tw_data *data);

// Tables are standardised: a target in the unit of the file is mean + deviation * fetched, so a mean squared
// error in that unit is deviation^2 times that of fetched values. The mean is 0 and the deviation 1 where
// nothing was changed, which is so for several values per example.
TW_API double tw_data_target_mean(const tw_data *data);

// The deviation that targets were divided by; 1 where nothing was changed.
TW_API double tw_data_target_deviation(const tw_data *data);

// Counts the examples of each class into counts [classes]. Errors: TW_BAD_ARGUMENT for a set without
// classes; what the function of a set says.
TW_API tw_status tw_data_count_classes(const tw_data *data, int64_t *counts);

// What was found in the files and what was decided and done about it (separator, header, gaps, one-hot
// columns, standardisation, base of the indices): one line each, with a line feed behind it. Borrowed: valid
// while the set is.
TW_API const char *tw_data_description(const tw_data *data);

// Fills a request. Does not allocate. Two threads may fetch from the same set at the same time, unless the
// set is made of a function. Errors: TW_BAD_ARGUMENT for a row out of range; what the function of a set
// says.
TW_API tw_status tw_data_fetch(const tw_data *data, const tw_data_request *request);

// ---- Order ------------------------------------------------------------------------------------

// The order in which an epoch takes the examples: each exactly once, a function of (seed, epoch) alone,
// so that any epoch can be had directly.
typedef struct tw_order tw_order;

// `shuffled`: by a shuffle of Fisher and Yates; otherwise every epoch goes from the first to the last.
// `*order` is owned by the caller: free with tw_order_free. Errors: TW_BAD_ARGUMENT, TW_NO_MEMORY.
TW_API tw_status tw_order_new(tw_context *context, int64_t count, bool shuffled, uint64_t seed,
                              tw_order **order);

// Frees; NULL is fine.
TW_API void tw_order_free(tw_order *order);

// The rows of epoch `epoch` (from 0): [count]. Does not allocate. Borrowed: valid until the next call.
TW_API const int64_t *tw_order_rows(tw_order *order, uint64_t epoch);

// ---- Minibatches ------------------------------------------------------------------------------

typedef struct tw_batches tw_batches;

typedef struct tw_batches_options {
    int64_t size; // B, examples a minibatch; the last of an epoch holds what is left. Default 128.
    tw_dtype dtype; // of x and of target values: TW_F32 (default) or TW_F64, the graph's
    bool shuffled;  // default true; false to measure
    uint64_t seed;  // of the order. Default 1.
    // Prepare the next minibatch in a thread of its own. It is not started if all examples are in memory and
    // either every core computes or a minibatch is small: then copying takes less time. Default true.
    bool background;
} tw_batches_options;

// The defaults, said beside each field.
TW_API tw_batches_options tw_batches_options_default(void);

typedef struct tw_batch {
    int64_t count; // examples in it: 1 to size
    const void *x; // [count, features]
    const void
        *targets; // int32_t [count], or [count, target_width] of dtype; NULL if there are none
    const int64_t *rows; // [count] their numbers in the set
    uint64_t epoch;      // from 0
    int64_t index;       // of the minibatch in its epoch, from 0
} tw_batch;

// Starts at minibatch 0 of epoch 0. `data` borrowed: valid until the batches are freed. `*batches` is
// owned by the caller: free with tw_batches_free. Errors: TW_BAD_ARGUMENT; TW_NO_MEMORY; TW_IO if no
// thread can be had.
TW_API tw_status tw_batches_new(tw_data *data, const tw_batches_options *options,
                                tw_batches **batches);

// Ends the thread and frees; NULL is fine.
TW_API void tw_batches_free(tw_batches *batches);

// Minibatches in an epoch: count/size, rounded up.
TW_API int64_t tw_batches_per_epoch(const tw_batches *batches);

// Goes to minibatch `index` of `epoch`, which the next tw_batches_next gives: to resume, or to measure
// once more. Errors: TW_BAD_ARGUMENT if the epoch has no such minibatch.
TW_API tw_status tw_batches_seek(tw_batches *batches, uint64_t epoch, int64_t index);

// The next minibatch; behind the last of an epoch comes the first of the next. Does not allocate. Its
// arrays are borrowed: valid until the next call. Errors: what tw_data_fetch said; the minibatch is
// tried again by the next call.
TW_API tw_status tw_batches_next(tw_batches *batches, tw_batch *batch);

#ifdef __cplusplus
}
#endif

#endif
