// Files read from front to back; zlib unpacks those that are gzip.
#include "data/unpack.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <zlib.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"

enum {
    BUFFER_BYTES = 1 << 16,
    DEFLATE_RATIO_MAX = 1032, // zlib's technical details: no stream is denser
    GZIP_WINDOW = 15 + 16,    // zlib: the largest window, gzip's frame
    OUTPUT_BYTES_MAX = 1 << 30,
};

struct tw_unpack {
    tw_context *context;
    tw_file *file;
    char *path;
    int64_t taken;    // bytes read of the file
    int64_t position; // bytes given
    bool packed, inflating;
    bool ended; // the last member of a packed file is through
    z_stream stream;
    uint8_t buffer[BUFFER_BYTES];
};

static void *take_memory(void *context, unsigned count, unsigned size) {
    return tw_allocate(context, count, size);
}

static void give_memory(void *context, void *block) {
    (void)context;
    tw_release(block);
}

static tw_status damaged(const tw_unpack *unpack, const char *what) {
    return tw_fail(unpack->context, TW_BAD_FILE, "%s: byte %" PRId64 ": gzip data is damaged: %s",
                   unpack->path, unpack->taken - (int64_t)unpack->stream.avail_in, what);
}

static tw_status start_gzip(tw_unpack *unpack) {
    unpack->packed = true;
    unpack->stream.zalloc = take_memory;
    unpack->stream.zfree = give_memory;
    unpack->stream.opaque = unpack->context;
    int result = inflateInit2(&unpack->stream, GZIP_WINDOW);
    unpack->inflating = result == Z_OK;
    return result == Z_OK ? TW_OK : TW_NO_MEMORY;
}

tw_status tw_unpack_open(tw_context *context, const char *path, tw_unpack **unpack) {
    *unpack = NULL;
    tw_unpack *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = context;
    made->path = tw_copy_text(context, path, strlen(path));
    uint8_t magic[2] = {0};
    tw_status status = made->path == NULL ? TW_NO_MEMORY : tw_file_open(context, path, &made->file);
    if (status == TW_OK && tw_file_size(made->file) >= 2) {
        status = tw_file_read(made->file, 0, magic, sizeof magic);
    }
    if (status == TW_OK && magic[0] == 0x1f && magic[1] == 0x8b) status = start_gzip(made);
    if (status == TW_OK) {
        *unpack = made;
    } else {
        tw_unpack_close(made);
    }
    return status;
}

int64_t tw_unpack_bytes_max(const tw_unpack *unpack) {
    int64_t size = tw_file_size(unpack->file);
    if (!unpack->packed) return size;
    return size > INT64_MAX / DEFLATE_RATIO_MAX ? INT64_MAX : size * DEFLATE_RATIO_MAX;
}

int64_t tw_unpack_position(const tw_unpack *unpack) {
    return unpack->position;
}

static tw_status refill(tw_unpack *unpack) {
    int64_t left = tw_file_size(unpack->file) - unpack->taken;
    size_t count = left < BUFFER_BYTES ? (size_t)left : BUFFER_BYTES;
    tw_status status = tw_file_read(unpack->file, unpack->taken, unpack->buffer, count);
    if (status != TW_OK) return status;
    unpack->taken += (int64_t)count;
    unpack->stream.next_in = unpack->buffer;
    unpack->stream.avail_in = (unsigned)count;
    return TW_OK;
}

// After a member: another may follow (gzip files can be joined); zeros are padding, as gzip takes it.
static tw_status next_member(tw_unpack *unpack) {
    for (;;) {
        if (unpack->stream.avail_in == 0) {
            tw_status status = refill(unpack);
            if (status != TW_OK) return status;
            if (unpack->stream.avail_in == 0) break;
        }
        if (*unpack->stream.next_in != 0) {
            if (inflateReset(&unpack->stream) == Z_OK) return TW_OK;
            return damaged(unpack, "a member cannot be begun");
        }
        unpack->stream.next_in++;
        unpack->stream.avail_in--;
    }
    unpack->ended = true;
    return TW_OK;
}

// Unpacks into the rest of the stream's output until it is full or the file ends.
static tw_status unpack_some(tw_unpack *unpack) {
    z_stream *stream = &unpack->stream;
    while (stream->avail_out > 0 && !unpack->ended) {
        if (stream->avail_in == 0) {
            tw_status status = refill(unpack);
            if (status != TW_OK) return status;
            if (stream->avail_in == 0) return damaged(unpack, "the file ends too early");
        }
        int result = inflate(stream, Z_NO_FLUSH);
        if (result == Z_MEM_ERROR) return TW_NO_MEMORY;
        if (result == Z_STREAM_END) {
            tw_status status = next_member(unpack);
            if (status != TW_OK) return status;
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            return damaged(unpack, stream->msg == NULL ? "not deflate data" : stream->msg);
        }
    }
    return TW_OK;
}

// Up to `count` bytes; fewer only at the end.
static tw_status read_packed(tw_unpack *unpack, char *bytes, size_t count, size_t *done) {
    *done = 0;
    while (*done < count && !unpack->ended) {
        size_t part = count - *done < OUTPUT_BYTES_MAX ? count - *done : OUTPUT_BYTES_MAX;
        unpack->stream.next_out = (unsigned char *)bytes + *done;
        unpack->stream.avail_out = (unsigned)part;
        tw_status status = unpack_some(unpack);
        *done += part - unpack->stream.avail_out;
        if (status != TW_OK) return status;
    }
    return TW_OK;
}

tw_status tw_unpack_read(tw_unpack *unpack, void *bytes, size_t count) {
    tw_status status = TW_OK;
    size_t done = count;
    if (unpack->packed) {
        status = read_packed(unpack, bytes, count, &done);
    } else {
        status = tw_file_read(unpack->file, unpack->position, bytes, count);
    }
    if (status != TW_OK) return status;
    unpack->position += (int64_t)done;
    if (done == count) return TW_OK;
    return tw_fail(unpack->context, TW_BAD_FILE,
                   "%s: unpacks to %" PRId64 " bytes; %zu more are needed", unpack->path,
                   unpack->position, count - done);
}

tw_status tw_unpack_end(tw_unpack *unpack) {
    char more = 0;
    size_t done = 0;
    int64_t surplus = 0;
    if (unpack->packed) {
        tw_status status = read_packed(unpack, &more, 1, &done);
        if (status != TW_OK) return status;
        surplus = (int64_t)done;
    } else {
        surplus = tw_file_size(unpack->file) - unpack->position;
    }
    if (surplus == 0) return TW_OK;
    return tw_fail(unpack->context, TW_BAD_FILE,
                   "%s: byte %" PRId64 ": more follows than the header declares", unpack->path,
                   unpack->position);
}

void tw_unpack_close(tw_unpack *unpack) {
    if (unpack == NULL) return;
    if (unpack->inflating) inflateEnd(&unpack->stream);
    tw_file_close(unpack->file);
    tw_release(unpack->path);
    tw_release(unpack);
}
