// Trainings that several tests look at: small, over in milliseconds.
#ifndef TW_TEST_TRAINING_H
#define TW_TEST_TRAINING_H

#include "support/folder.h"
#include "test.h"
#include "thalweg/train.h"

// 100 moons to train, 40 to test, a small network with dropout, minibatches of 16 (the last of an epoch has
// 4), 3 epochs: 21 steps.
tw_training_options tw_test_training_options(void);

// Trains from the options to the end, and frees: whatever is left is in options->out. Returns the result,
// whose `out` is NULL.
tw_training_result tw_test_train(tw_context *context, const tw_training_options *options);

// `count` steps by hand.
void tw_test_steps(tw_context *context, tw_training *training, uint64_t count);

// Resumes the run of a folder, trains to its end, and frees.
void tw_test_resume(tw_context *context, const char *folder);

// Asserts that two runs left the same checkpoints, bit for bit, and the same metrics, but for seconds.
void tw_test_assert_same_runs(const char *folder, const char *other);

// A context, and a folder with room for a run that goes through and one that is stopped.
typedef struct tw_test_places {
    tw_context *context;
    char folder[TW_TEST_PATH_BYTES], whole[TW_TEST_PATH_BYTES], parts[TW_TEST_PATH_BYTES];
} tw_test_places;

// Closing asserts that nothing that was allocated is left.
void tw_test_places_open(tw_test_places *at);
void tw_test_places_close(tw_test_places *at);

// Trains `first` steps and saves at->parts/last.safetensors, what a stopped run saves there.
void tw_test_run_a_part(const tw_test_places *at, const tw_training_options *options,
                        uint64_t first);

#endif
