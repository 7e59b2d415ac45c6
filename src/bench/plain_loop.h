// Loops that read and write arrays and compute nothing: the limit that memory sets to a pass over them.
#ifndef TW_BENCH_PLAIN_LOOP_H
#define TW_BENCH_PLAIN_LOOP_H

#include <stdint.h>

#define TW_PLAIN_ARRAYS_MAX 32

typedef uint32_t __attribute__((may_alias)) tw_plain_word;

// Arrays of 32-bit words. Those that are written are also read, and keep their values: they are combined with what is
// read under a mask of 0, which the compiler does not know to be 0.
typedef struct tw_plain_loop {
    int read_count, written_count;
    const tw_plain_word *read[TW_PLAIN_ARRAYS_MAX];
    tw_plain_word *written[TW_PLAIN_ARRAYS_MAX];
    tw_plain_word mask;
} tw_plain_loop;

// Words [first, end) of all arrays.
void tw_plain_loop_run(const tw_plain_loop *loop, int64_t first, int64_t end);

#endif
