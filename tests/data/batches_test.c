// Minibatches: the same with and without a thread, at any size; and the thread's end.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "support/sets.h"

enum { COUNT = 23, FEATURES = 3 };

static tw_test_sets at;

// Examples of a host: x = row*10 + k, label = row % 4. May fail at a row, once.
typedef struct source {
    _Atomic int64_t failing_row; // -1: none
    _Atomic int call_count;
} source;

static tw_status make(const tw_data_request *request, void *user) {
    source *from = user;
    atomic_fetch_add(&from->call_count, 1);
    for (int64_t i = 0; i < request->count; i++) {
        int64_t row = request->rows[i];
        if (row == atomic_load(&from->failing_row)) {
            atomic_store(&from->failing_row, -1);
            return TW_IO;
        }
        for (int64_t k = 0; k < FEATURES && request->x != NULL; k++) {
            double value = (double)(row * 10 + k);
            if (request->dtype == TW_F32)
                ((float *)request->x)[i * FEATURES + k] = (float)value;
            else
                ((double *)request->x)[i * FEATURES + k] = value;
        }
        if (request->targets != NULL) ((int32_t *)request->targets)[i] = (int32_t)(row % 4);
    }
    return TW_OK;
}

static tw_data *new_data(source *from) {
    tw_data_form form = tw_data_form_default();
    tw_data *data = NULL;
    atomic_store(&from->failing_row, -1);
    atomic_store(&from->call_count, 0);
    form.name = "host";
    form.count = COUNT;
    form.shape = (tw_shape){1, {FEATURES}};
    form.classes = 4;
    assert_ok(at.context, tw_data_from_function(at.context, &form, make, from, &data));
    return data;
}

static tw_batches *new_batches(tw_data *data, int64_t size, tw_dtype dtype, bool background) {
    tw_batches *batches = NULL;
    tw_batches_options options = tw_batches_options_default();
    options.size = size;
    options.dtype = dtype;
    options.background = background;
    assert_ok(at.context, tw_batches_new(data, &options, &batches));
    return batches;
}

static void check_batch(const tw_batch *batch, tw_dtype dtype, bool *seen) {
    for (int64_t i = 0; i < batch->count; i++) {
        int64_t row = batch->rows[i];
        assert_true(row >= 0 && row < COUNT && !seen[row]);
        seen[row] = true;
        assert_int_equal(((const int32_t *)batch->targets)[i], row % 4);
        for (int64_t k = 0; k < FEATURES; k++) {
            double value = dtype == TW_F32 ? (double)((const float *)batch->x)[i * FEATURES + k]
                                           : ((const double *)batch->x)[i * FEATURES + k];
            assert_near(value, (double)(row * 10 + k), 0.0);
        }
    }
}

static void every_size_gives_every_example_once_an_epoch(void **state) {
    (void)state;
    source from;
    tw_test_sets_start(&at);
    tw_data *data = new_data(&from);
    for (int64_t size = 1; size <= COUNT + 2; size++) {
        tw_dtype dtype = size % 2 == 0 ? TW_F32 : TW_F64;
        tw_batches *batches = new_batches(data, size, dtype, size % 3 != 0);
        int64_t per_epoch = tw_batches_per_epoch(batches);
        assert_int_equal(per_epoch, (COUNT + size - 1) / size);
        for (uint64_t epoch = 0; epoch < 2; epoch++) {
            bool seen[COUNT] = {false};
            int64_t total = 0;
            for (int64_t i = 0; i < per_epoch; i++) {
                tw_batch batch;
                assert_ok(at.context, tw_batches_next(batches, &batch));
                assert_int_equal(batch.epoch, epoch);
                assert_int_equal(batch.index, i);
                check_batch(&batch, dtype, seen);
                total += batch.count;
            }
            assert_int_equal(total, COUNT);
        }
        tw_batches_free(batches);
    }
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void assert_same_next(tw_batches *a, tw_batches *b) {
    tw_batch x, y;
    assert_ok(at.context, tw_batches_next(a, &x));
    assert_ok(at.context, tw_batches_next(b, &y));
    assert_int_equal(x.count, y.count);
    assert_int_equal(x.epoch, y.epoch);
    assert_int_equal(x.index, y.index);
    assert_memory_equal(x.rows, y.rows, (size_t)x.count * sizeof *x.rows);
    assert_memory_equal(x.x, y.x, (size_t)x.count * FEATURES * sizeof(float));
    assert_memory_equal(x.targets, y.targets, (size_t)x.count * sizeof(int32_t));
}

static void the_background_changes_nothing_but_the_time(void **state) {
    (void)state;
    source from, of_thread;
    tw_test_sets_start(&at);
    tw_data *data = new_data(&from), *of = new_data(&of_thread);
    tw_batches *plain = new_batches(data, 4, TW_F32, false);
    tw_batches *threaded = new_batches(of, 4, TW_F32, true);
    for (int i = 0; i < 40; i++) assert_same_next(plain, threaded);
    static const int64_t places[][2] = {{9, 5}, {0, 0}, {9, 5}, {9, 5}, {3, 1}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        uint64_t epoch = (uint64_t)places[i][0];
        assert_ok(at.context, tw_batches_seek(plain, epoch, places[i][1]));
        assert_ok(at.context, tw_batches_seek(threaded, epoch, places[i][1]));
        for (int k = 0; k < 3; k++) assert_same_next(plain, threaded);
    }
    tw_batches_free(plain);
    tw_batches_free(threaded);
    tw_data_free(data);
    tw_data_free(of);
    tw_test_sets_end(&at);
}

// The thread is ended while it may still be filling a minibatch: at once, and after some.
static void closing_midway_ends_the_thread(void **state) {
    (void)state;
    source from;
    tw_test_sets_start(&at);
    tw_data *data = new_data(&from);
    for (int i = 0; i < 200; i++) {
        tw_batches *batches = new_batches(data, 1 + i % 5, TW_F32, true);
        for (int k = 0; k < i % 4; k++) {
            tw_batch batch;
            assert_ok(at.context, tw_batches_next(batches, &batch));
        }
        tw_batches_free(batches);
    }
    int calls = atomic_load(&from.call_count);
    tw_data_free(data);
    assert_int_equal(calls, atomic_load(&from.call_count)); // nobody fetches any more
    tw_batches_free(NULL);
    tw_test_sets_end(&at);
}

// Large enough that several threads copy parts of it.
static void each_row_of_a_large_minibatch_is_in_its_place(void **state) {
    (void)state;

    enum { ROWS = 150, WIDTH = 1000, SIZE = 140 };

    float *x = malloc(sizeof(float) * ROWS * WIDTH);
    assert_non_null(x);
    for (int i = 0; i < ROWS * WIDTH; i++) x[i] = (float)i;
    for (int threads = 1; threads <= 3; threads++) {
        tw_test_sets_start(&at);
        assert_ok(at.context, tw_context_set_threads(at.context, threads));
        tw_data_form form = tw_data_form_default();
        form.name = "wide";
        form.count = ROWS;
        form.shape = (tw_shape){1, {WIDTH}};
        form.kind = TW_TARGET_NONE;
        tw_data *data = NULL;
        assert_ok(at.context, tw_data_from_arrays(at.context, &form, TW_F32, x, NULL, &data));
        tw_batches *batches = new_batches(data, SIZE, TW_F32, false);
        for (int index = 0; index < 2; index++) {
            tw_batch batch;
            assert_ok(at.context, tw_batches_next(batches, &batch));
            assert_int_equal(batch.count, index == 0 ? SIZE : ROWS - SIZE);
            for (int64_t i = 0; i < batch.count; i++)
                assert_memory_equal((const float *)batch.x + i * WIDTH, x + batch.rows[i] * WIDTH,
                                    sizeof(float) * WIDTH);
        }
        tw_batches_free(batches);
        tw_data_free(data);
        tw_test_sets_end(&at);
    }
    free(x);
}

static void a_failing_minibatch_is_told_and_tried_again(void **state) {
    (void)state;
    for (int background = 0; background < 2; background++) {
        source from;
        tw_batch batch;
        tw_test_sets_start(&at);
        tw_data *data = new_data(&from);
        tw_batches_options options = tw_batches_options_default();
        options.size = 5;
        options.shuffled = false;
        options.background = background == 1;
        tw_batches *batches = NULL;
        atomic_store(&from.failing_row, 7);
        assert_ok(at.context, tw_batches_new(data, &options, &batches));
        assert_ok(at.context, tw_batches_next(batches, &batch));
        assert_int_equal(tw_batches_next(batches, &batch), TW_IO);
        assert_int_equal(batch.count, 0);
        assert_memory_equal(tw_context_message(at.context),
                            "host: the function that makes the examples failed: ", 51);
        assert_ok(at.context, tw_batches_next(batches, &batch));
        assert_int_equal(batch.index, 1);
        assert_int_equal(batch.rows[2], 7);
        tw_batches_free(batches);
        tw_data_free(data);
        tw_test_sets_end(&at);
    }
}

static void nothing_is_allocated_between_minibatches(void **state) {
    (void)state;
    source from;
    tw_test_sets_start(&at);
    tw_data *data = new_data(&from), *kept = NULL, *held = NULL;
    assert_ok(at.context, tw_data_split(data, 0.3, 1, &kept, &held));
    tw_batches *batches = new_batches(kept, 4, TW_F32, true);
    uint64_t before = tw_context_memory(at.context).allocation_count;
    for (int i = 0; i < 20; i++) {
        tw_batch batch;
        assert_ok(at.context, tw_batches_next(batches, &batch));
    }
    assert_int_equal(tw_context_memory(at.context).allocation_count, before);
    tw_batches_free(batches);
    tw_data_free(kept);
    tw_data_free(held);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void impossible_wishes_are_refused(void **state) {
    (void)state;
    source from;
    tw_batches *batches = NULL;
    tw_test_sets_start(&at);
    tw_data *data = new_data(&from);
    tw_batches_options options = tw_batches_options_default();
    options.size = 0;
    assert_int_equal(tw_batches_new(data, &options, &batches), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(at.context),
                        "minibatches: 0 examples each are not possible; at least 1 is");
    options.size = 4;
    options.dtype = TW_I32;
    assert_int_equal(tw_batches_new(data, &options, &batches), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(at.context), "minibatches: of f32 or f64, not i32");
    batches = new_batches(data, 4, TW_F32, true);
    assert_int_equal(tw_batches_seek(batches, 0, 6), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(at.context),
                        "minibatches: an epoch has numbers 0 to 5, not 6");
    tw_batches_free(batches);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

TW_TESTS(every_size_gives_every_example_once_an_epoch, the_background_changes_nothing_but_the_time,
         closing_midway_ends_the_thread, each_row_of_a_large_minibatch_is_in_its_place,
         a_failing_minibatch_is_told_and_tried_again, nothing_is_allocated_between_minibatches,
         impossible_wishes_are_refused)
