#define _GNU_SOURCE // memfd_create, memmem
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void tw_fuzz_require(bool holds) {
    if (!holds) abort();
}

tw_context *tw_fuzz_begin(void) {
    tw_context *context = NULL;
    tw_fuzz_require(tw_context_new(&context) == TW_OK);
    tw_context_set_memory_limit(context, 64 << 20);
    tw_fuzz_require(tw_context_set_threads(context, 1) == TW_OK);
    return context;
}

int tw_fuzz_end(tw_context *context) {
    tw_fuzz_require(tw_context_memory(context).live_bytes == 0);
    tw_context_free(context);
    return 0;
}

void tw_fuzz_require_words(tw_context *context, tw_status status) {
    tw_fuzz_require(status != TW_OK && *tw_context_message(context) != '\0');
}

char *tw_fuzz_text(const uint8_t *bytes, size_t count) {
    char *text = malloc(count + 1);
    tw_fuzz_require(text != NULL);
    if (count > 0) memcpy(text, bytes, count);
    text[count] = '\0';
    return text;
}

const char *tw_fuzz_file(int index, const uint8_t *bytes, size_t count) {
    enum { FILES = 3 };

    static int files[FILES];
    static char paths[FILES][32];
    tw_fuzz_require(index >= 0 && index < FILES);
    if (files[index] == 0) {
        files[index] = memfd_create("fuzz", 0);
        tw_fuzz_require(files[index] > 0);
        snprintf(paths[index], sizeof paths[index], "/proc/self/fd/%d", files[index]);
    }
    tw_fuzz_require(ftruncate(files[index], 0) == 0 &&
                    pwrite(files[index], bytes, count, 0) == (ssize_t)count);
    return paths[index];
}

const uint8_t *tw_fuzz_cut(const uint8_t *bytes, size_t *count, size_t *rest_count) {
    static const char line[] = "\n----\n";
    const uint8_t *at = *count == 0 ? NULL : memmem(bytes, *count, line, strlen(line));
    *rest_count = 0;
    if (at == NULL) return NULL;
    const uint8_t *rest = at + strlen(line);
    *rest_count = *count - (size_t)(rest - bytes);
    *count = (size_t)(at - bytes);
    return rest;
}
