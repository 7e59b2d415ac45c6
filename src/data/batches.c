// Minibatches. While the caller computes with one, a thread gathers the next into the other of two
// buffers. There is no such thread in two cases: if the examples lie in memory and every core computes
// (the computing threads then copy a part each, which is quicker than to share a core with one thread
// more), and if a minibatch is so small that copying it takes less time than waking a thread.
//
// The back buffer goes from EMPTY to WANTED (set by the caller) to READY (set by the thread), and then
// becomes the front one. If gathering failed, the next call says so, and the call after it tries the
// same minibatch again.
#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "data/set.h"

#define PART_ELEMENTS 8192   // that one thread copies at a time
#define ALONE_ELEMENTS 65536 // up to these, waking another thread costs more than it saves

typedef enum buffer_state { EMPTY, WANTED, READY, CLOSING } buffer_state;

typedef struct buffer {
    void *x;       // [size, features]
    void *targets; // NULL without
    int64_t *rows; // [size]
    int64_t count;
    uint64_t epoch;
    int64_t index;
    tw_status status;
} buffer;

struct tw_batches {
    tw_data *data;
    tw_batches_options options;
    int64_t per_epoch;
    size_t target_bytes; // of an example
    tw_order *order;
    tw_context *own; // the thread's, so that its messages do not overwrite the caller's
    buffer buffers[2];
    int front;      // the one the caller has
    uint64_t epoch; // of the next to be given
    int64_t index;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; // of `state`
    pthread_cond_t changed;
    buffer_state state; // of the back buffer
};

tw_batches_options tw_batches_options_default(void) {
    return (tw_batches_options){
        .size = 128, .dtype = TW_F32, .shuffled = true, .seed = 1, .background = true};
}

static buffer *back_of(tw_batches *batches) {
    return &batches->buffers[1 - batches->front];
}

// Examples of a minibatch, in parts.
typedef struct gathering {
    tw_batches *batches;
    buffer *into;
    int64_t features, part;
} gathering;

static void gather_part(void *user, int64_t number) {
    const gathering *g = user;
    buffer *into = g->into;
    const tw_batches *batches = g->batches;
    size_t size = tw_dtype_size(batches->options.dtype);
    int64_t first = number * g->part, left = into->count - first;
    tw_data_request request = {.rows = into->rows + first,
                               .count = left < g->part ? left : g->part,
                               .dtype = batches->options.dtype,
                               .x = (char *)into->x + (size_t)(first * g->features) * size};
    if (into->targets != NULL)
        request.targets = (char *)into->targets + (size_t)first * batches->target_bytes;
    tw_status status = tw_data_fetch_in(batches->data, batches->own, &request);
    if (status != TW_OK) __atomic_store_n(&into->status, status, __ATOMIC_RELAXED);
}

// Gathers the minibatch of the buffer's epoch and index.
static void gather(tw_batches *batches, buffer *into) {
    int64_t first = into->index * batches->options.size;
    int64_t left = tw_data_count(batches->data) - first;
    const int64_t *rows = tw_order_rows(batches->order, into->epoch);
    into->count = left < batches->options.size ? left : batches->options.size;
    assert(into->count > 0);
    memcpy(into->rows, rows + first, (size_t)into->count * sizeof *rows);
    // The background thread does not start a team of its own beside the one that computes, and a set
    // that is not in memory is asked once for the whole minibatch.
    int64_t features = tw_data_features(batches->data);
    bool alone =
        batches->has_thread || !batches->data->quick || into->count * features <= ALONE_ELEMENTS;
    gathering g = {batches, into, features, 0};
    int threads = alone ? 1 : tw_context_threads(tw_data_context(batches->data));
    g.part = alone ? into->count : PART_ELEMENTS / g.features + 1;
    into->status = TW_OK;
    tw_parallel(threads, (into->count + g.part - 1) / g.part, gather_part, &g);
}

static void *work(void *user) {
    tw_batches *batches = user;
    pthread_mutex_lock(&batches->lock);
    while (batches->state != CLOSING) {
        if (batches->state != WANTED) {
            pthread_cond_wait(&batches->changed, &batches->lock);
            continue;
        }
        buffer *back = back_of(batches);
        pthread_mutex_unlock(&batches->lock);
        gather(batches, back);
        pthread_mutex_lock(&batches->lock);
        if (batches->state == WANTED) batches->state = READY;
        pthread_cond_broadcast(&batches->changed);
    }
    pthread_mutex_unlock(&batches->lock);
    return NULL;
}

// Signals are the host's: the thread takes none.
static tw_status start_thread(tw_batches *batches) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    batches->has_thread = true; // set first, since the thread reads it
    int error = pthread_create(&batches->thread, NULL, work, batches);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0) return TW_OK;
    batches->has_thread = false;
    return tw_fail(tw_data_context(batches->data), TW_IO,
                   "minibatches: the system refused a thread to prepare them");
}

static tw_status check(tw_data *data, const tw_batches_options *options) {
    tw_context *context = tw_data_context(data);
    if (options->size < 1) {
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "minibatches: %" PRId64 " examples each are not possible; at least 1 is",
                       options->size);
    }
    if (options->dtype == TW_F32 || options->dtype == TW_F64) return TW_OK;
    return tw_fail(context, TW_BAD_ARGUMENT, "minibatches: of f32 or f64, not %s",
                   tw_dtype_name(options->dtype));
}

static tw_status make_buffers(tw_batches *batches) {
    tw_context *context = tw_data_context(batches->data);
    size_t size = (size_t)batches->options.size, element = tw_dtype_size(batches->options.dtype);
    size_t features = (size_t)tw_data_features(batches->data);
    tw_target_kind kind = tw_data_target_kind(batches->data);
    batches->target_bytes = kind == TW_TARGET_CLASS
                                ? sizeof(int32_t)
                                : (size_t)tw_data_target_width(batches->data) * element;
    for (int i = 0; i < 2; i++) {
        buffer *made = &batches->buffers[i];
        made->x = tw_allocate(context, size, features * element);
        made->rows = tw_allocate(context, size, sizeof *made->rows);
        if (kind != TW_TARGET_NONE)
            made->targets = tw_allocate(context, size, batches->target_bytes);
        if (made->x == NULL || made->rows == NULL) return TW_NO_MEMORY;
        if (kind != TW_TARGET_NONE && made->targets == NULL) return TW_NO_MEMORY;
    }
    return TW_OK;
}

tw_status tw_batches_new(tw_data *data, const tw_batches_options *options, tw_batches **batches) {
    *batches = NULL;
    tw_context *context = tw_data_context(data);
    tw_batches_options given = options == NULL ? tw_batches_options_default() : *options;
    tw_status status = check(data, &given);
    if (status != TW_OK) return status;
    int64_t count = tw_data_count(data);
    if (given.size > count) given.size = count;
    tw_batches *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    *made = (tw_batches){.data = data, .options = given};
    made->per_epoch = count / given.size + (count % given.size != 0 ? 1 : 0);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    status = make_buffers(made);
    if (status == TW_OK) {
        status = tw_order_new(context, count, given.shuffled, given.seed, &made->order);
    }
    if (status == TW_OK && tw_context_new(&made->own) != TW_OK) {
        status = tw_fail(context, TW_NO_MEMORY, "minibatches: no memory for a thread");
    }
    bool small = given.size <= ALONE_ELEMENTS / tw_data_features(data);
    bool needs_thread = !data->quick || (!small && tw_context_threads(context) < tw_core_count());
    if (status == TW_OK && given.background && needs_thread) {
        made->state = WANTED; // the first one, while the caller still builds
        status = start_thread(made);
    }
    if (status != TW_OK) {
        tw_batches_free(made);
        return status;
    }
    *batches = made;
    return TW_OK;
}

void tw_batches_free(tw_batches *batches) {
    if (batches == NULL) return;
    if (batches->has_thread) {
        pthread_mutex_lock(&batches->lock);
        batches->state = CLOSING;
        pthread_cond_broadcast(&batches->changed);
        pthread_mutex_unlock(&batches->lock);
        pthread_join(batches->thread, NULL);
    }
    pthread_cond_destroy(&batches->changed);
    pthread_mutex_destroy(&batches->lock);
    for (int i = 0; i < 2; i++) {
        tw_release(batches->buffers[i].x);
        tw_release(batches->buffers[i].targets);
        tw_release(batches->buffers[i].rows);
    }
    tw_order_free(batches->order);
    tw_context_free(batches->own);
    tw_release(batches);
}

int64_t tw_batches_per_epoch(const tw_batches *batches) {
    return batches->per_epoch;
}

// Waits until the thread touches nothing; the lock is held.
static void wait_for_back(tw_batches *batches) {
    while (batches->state == WANTED) pthread_cond_wait(&batches->changed, &batches->lock);
}

// Lets the back buffer be filled with the next minibatch; the lock is held.
static void want(tw_batches *batches) {
    buffer *back = back_of(batches);
    back->epoch = batches->epoch;
    back->index = batches->index;
    batches->state = WANTED;
    if (batches->has_thread) {
        pthread_cond_broadcast(&batches->changed);
    } else {
        gather(batches, back);
        batches->state = READY;
    }
}

tw_status tw_batches_seek(tw_batches *batches, uint64_t epoch, int64_t index) {
    if (index < 0 || index >= batches->per_epoch) {
        return tw_fail(tw_data_context(batches->data), TW_BAD_ARGUMENT,
                       "minibatches: an epoch has numbers 0 to %" PRId64 ", not %" PRId64,
                       batches->per_epoch - 1, index);
    }
    pthread_mutex_lock(&batches->lock);
    if (batches->has_thread) wait_for_back(batches);
    const buffer *back = back_of(batches);
    bool there = batches->state == READY && back->status == TW_OK && back->epoch == epoch &&
                 back->index == index;
    batches->epoch = epoch;
    batches->index = index;
    if (!there) {
        batches->state = EMPTY;
        if (batches->has_thread) want(batches);
    }
    pthread_mutex_unlock(&batches->lock);
    return TW_OK;
}

static void step(tw_batches *batches) {
    if (++batches->index < batches->per_epoch) return;
    batches->index = 0;
    batches->epoch++;
}

tw_status tw_batches_next(tw_batches *batches, tw_batch *batch) {
    *batch = (tw_batch){0};
    pthread_mutex_lock(&batches->lock);
    if (batches->state == EMPTY) want(batches);
    if (batches->has_thread) wait_for_back(batches);
    buffer *taken = back_of(batches);
    tw_status status = taken->status;
    if (status == TW_OK) {
        assert(taken->epoch == batches->epoch && taken->index == batches->index);
        batches->front = 1 - batches->front;
        batches->state = EMPTY;
        step(batches);
        if (batches->has_thread) want(batches);
        *batch = (tw_batch){taken->count, taken->x,     taken->targets,
                            taken->rows,  taken->epoch, taken->index};
    } else {
        batches->state = EMPTY;
        tw_fail(tw_data_context(batches->data), status, "%s", tw_context_message(batches->own));
    }
    pthread_mutex_unlock(&batches->lock);
    return status;
}
