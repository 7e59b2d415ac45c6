// Files read from front to back, gzip ones unpacked on the way.
#ifndef TW_DATA_UNPACK_H
#define TW_DATA_UNPACK_H

#include "thalweg/context.h"

typedef struct tw_unpack tw_unpack;

// Opens a file; it is gzip if it begins with the bytes 1f 8b. `*unpack` is owned by the caller: close
// with tw_unpack_close. Errors: TW_NOT_FOUND, TW_IO, TW_BAD_FILE, TW_NO_MEMORY.
tw_status tw_unpack_open(tw_context *context, const char *path, tw_unpack **unpack);

// The most bytes that can come out: the file's size, 1032 times that of a packed one (what deflate can
// reach). Larger claims of its contents are lies, found before anything is allocated for them.
int64_t tw_unpack_bytes_max(const tw_unpack *unpack);

// The next `count` bytes. Errors: TW_IO; TW_BAD_FILE if it ends before, or is damaged.
tw_status tw_unpack_read(tw_unpack *unpack, void *bytes, size_t count);

// Checks that nothing follows (and that the last checksum holds). Errors: TW_BAD_FILE.
tw_status tw_unpack_end(tw_unpack *unpack);

// Bytes given so far.
int64_t tw_unpack_position(const tw_unpack *unpack);

// NULL is fine.
void tw_unpack_close(tw_unpack *unpack);

#endif
