// The inside of a set: how its examples are kept is its storage's; the rest is the same for all.
#ifndef TW_DATA_SET_H
#define TW_DATA_SET_H

#include "base/text.h"
#include "data/encoding.h"

// How examples are kept. `fetch` does not allocate, puts its words into `context`, and may be called by
// two threads at once; its rows are in range.
typedef struct tw_storage {
    tw_status (*fetch)(void *state, tw_context *context, const tw_data_request *request);
    void (*free)(void *state);
} tw_storage;

struct tw_data {
    tw_context *context;
    int owner_count; // the caller and the views
    char *name;
    int64_t count;
    tw_encoding *encoding;
    char *encoding_text;
    char *description;
    bool quick; // examples are copied out of memory, sooner than a thread would wake to do it
    const tw_storage *storage;
    void *state;
};

// What a set is made of.
typedef struct tw_data_parts {
    const char *name; // copied
    int64_t count;
    tw_encoding *encoding;   // taken, also on failure
    const char *description; // copied
    bool quick;
    const tw_storage *storage; // shared, immutable
    void *state;               // taken, also on failure
} tw_data_parts;

// `*data` is owned by the caller: free with tw_data_free. Errors: TW_NO_MEMORY.
tw_status tw_data_new(tw_context *context, const tw_data_parts *parts, tw_data **data);

// One owner more: for views.
tw_data *tw_data_retain(tw_data *data);

// tw_data_fetch with the words going to `context`: for a thread of its own.
tw_status tw_data_fetch_in(const tw_data *data, tw_context *context,
                           const tw_data_request *request);

// The classes of `count` examples from `first` on, of a set that has classes; each is one of them.
// Errors: those of a fetch; TW_BAD_ARGUMENT for a class that there is not.
tw_status tw_data_read_labels(const tw_data *data, int64_t first, int64_t count, int32_t *labels);

// Arrays in memory.
typedef struct tw_dense {
    tw_dtype dtype;        // of x: TW_U8 (given as value/255), TW_F32 or TW_F64
    const void *x;         // [count, features]
    int64_t features;      // of an example
    tw_dtype target_dtype; // TW_I32 for labels, TW_F32 or TW_F64 for values
    const void *targets;   // [count, target_width] or NULL
    int64_t target_width;  // 1 for labels
    void *owned_x;         // x and targets again where the set has to free them, else NULL
    void *owned_targets;
} tw_dense;

// The fetch of a storage whose state begins with a tw_dense.
tw_status tw_dense_fetch(void *state, tw_context *context, const tw_data_request *request);

// A set of arrays. encoding taken, also on failure, as are the owned arrays of `dense`.
tw_status tw_data_new_dense(tw_context *context, tw_data_parts parts, const tw_dense *dense,
                            tw_data **data);

// Whether a number of a file is finite in single precision, in which examples may be asked for.
bool tw_fits_f32(double value);

// Converts `count` elements; TW_U8 to value/255. `from` and `to` do not overlap.
void tw_convert(tw_dtype from_dtype, const void *from, tw_dtype to_dtype, void *to, int64_t count);

#endif
