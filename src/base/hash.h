// A hash of bytes, for tables of names: FNV-1a (Fowler, Noll and Vo, 1991).
//
//     uint64_t hash = tw_hash_bytes(TW_HASH_START, name, strlen(name));
//     size_t place = tw_hash_fold(hash) & mask;
#ifndef TW_BASE_HASH_H
#define TW_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define TW_HASH_START UINT64_C(0xcbf29ce484222325)

// The hash of what `hash` is of, followed by `count` bytes.
static inline uint64_t tw_hash_bytes(uint64_t hash, const void *bytes, size_t count) {
    const unsigned char *c = bytes;
    for (size_t i = 0; i < count; i++) hash = (hash ^ c[i]) * UINT64_C(0x100000001b3);
    return hash;
}

// Lets all bits of a hash take part in its low ones, which tables use.
static inline uint64_t tw_hash_fold(uint64_t hash) {
    return hash ^ hash >> 32;
}

#endif
