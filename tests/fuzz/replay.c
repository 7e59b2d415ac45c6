// Runs a fuzz target without libFuzzer: on every file of a folder, and on COUNT changes of each, drawn by
// Philox, so that every machine runs the same. When an input ends the program, it is written to stderr.
//
//     NAME_fuzz tests/fuzz/corpus/NAME 200
//     NAME_fuzz FILE... to run just these
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "fuzz/fuzz.h"

enum { INPUT_BYTES_MAX = 1 << 16, GROWN_BYTES_MAX = 1 << 13, SEEDS_MAX = 256, PATH_BYTES = 512 };

typedef struct seed_input {
    uint8_t *bytes;
    size_t count;
} seed_input;

// What is run now, for the words about it; a block of just its size, so that a sanitizer sees its ends.
static uint8_t *running;
static size_t running_count;
static char running_name[PATH_BYTES];
static unsigned running_change;

static void tell(void) {
    fprintf(stderr, "\nfails: %s, change %u, %zu bytes:\nprintf '", running_name, running_change,
            running_count);
    for (size_t i = 0; i < running_count; i++) {
        uint8_t c = running[i];
        bool plain = c >= ' ' && c < 127 && c != '\\' && c != '\'' && c != '%';
        if (plain)
            fputc(c, stderr);
        else
            fprintf(stderr, "\\%03o", c);
    }
    fprintf(stderr, "' > reproducer\n");
    fflush(stderr);
}

static void told(int number) {
    signal(number, SIG_DFL);
    tell();
    raise(number);
}

// The sanitizers' own end comes without a signal.
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

static void run(const uint8_t *bytes, size_t count, unsigned change) {
    running = malloc(count > 0 ? count : 1);
    tw_fuzz_require(running != NULL);
    if (count > 0) memcpy(running, bytes, count);
    running_count = count;
    running_change = change;
    LLVMFuzzerTestOneInput(running, count);
    free(running);
    running = NULL;
}

static seed_input read_input(const char *path) {
    FILE *file = fopen(path, "rb");
    seed_input input = {malloc(INPUT_BYTES_MAX), 0};
    if (file == NULL || input.bytes == NULL) {
        perror(path);
        exit(2);
    }
    input.count = fread(input.bytes, 1, INPUT_BYTES_MAX, file);
    fclose(file);
    return input;
}

// Draws for one change of one seed.
typedef struct draws {
    tw_random random;
    uint64_t index;
} draws;

static size_t below(draws *from, size_t bound) {
    return (size_t)tw_random_below(&from->random, from->index++, bound);
}

static void put(uint8_t *bytes, size_t *count, size_t at, const uint8_t *what, size_t length) {
    if (*count + length > GROWN_BYTES_MAX) return;
    memmove(bytes + at + length, bytes + at, *count - at);
    memcpy(bytes + at, what, length);
    *count += length;
}

static void cut(uint8_t *bytes, size_t *count, size_t at, size_t length) {
    memmove(bytes + at, bytes + at + length, *count - at - length);
    *count -= length;
}

static void put_word(draws *from, uint8_t *bytes, size_t *count) {
    static const char *const words[] = {
        "-1",
        "0",
        "1e999",
        "1e-320",
        "18446744073709551616",
        "9223372036854775807",
        "nan",
        "\r\n",
        "\n",
        "\t",
        "\"",
        "\\u0000",
        "\xff",
        "''",
        "(",
        ")",
        "[",
        "{\"a\":",
        ",",
        ";",
        ":",
        "|",
        "=",
        "&",
        "?",
        "#",
        "^",
        "*-",
        "0.5",
        "\xef\xbb\xbf",
    };
    const char *word = words[below(from, sizeof words / sizeof *words)];
    put(bytes, count, below(from, *count + 1), (const uint8_t *)word, strlen(word));
}

// One change: a bit, a byte, a piece doubled, moved or taken out, or a word put in.
static void change(draws *from, uint8_t *bytes, size_t *count) {
    static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff, '\n', ' ', '0', '9', '"'};
    if (*count == 0) {
        put_word(from, bytes, count);
        return;
    }
    size_t at = below(from, *count), length = 1 + below(from, *count - at);
    uint8_t piece[64];
    if (length > sizeof piece) length = 1 + below(from, sizeof piece);
    memcpy(piece, bytes + at, length);
    switch (below(from, 6)) {
    case 0:
        bytes[at] ^= (uint8_t)(1u << below(from, 8));
        break;
    case 1:
        bytes[at] = edges[below(from, sizeof edges)];
        break;
    case 2:
        put(bytes, count, below(from, *count + 1), piece, length);
        break;
    case 3:
        cut(bytes, count, at, length);
        break;
    case 4:
        memcpy(bytes + below(from, *count - length + 1), piece, length);
        break;
    default:
        put_word(from, bytes, count);
        break;
    }
}

static void run_changed(const seed_input *seed, uint32_t stream, unsigned number) {
    static uint8_t bytes[INPUT_BYTES_MAX];
    draws from = {{1, TW_FOR_TEST, stream, number}, 0};
    size_t count = seed->count;
    memcpy(bytes, seed->bytes, count);
    for (size_t left = 1 + below(&from, 4); left > 0; left--) change(&from, bytes, &count);
    run(bytes, count, number);
}

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
}

static int replay(const char *folder, unsigned changes) {
    static char paths[SEEDS_MAX][PATH_BYTES];
    size_t count = 0;
    DIR *open = opendir(folder);
    if (open == NULL) {
        perror(folder);
        return 2;
    }
    for (struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open)) {
        if (entry->d_name[0] == '.' || count == SEEDS_MAX) continue;
        snprintf(paths[count++], PATH_BYTES, "%s/%s", folder, entry->d_name);
    }
    closedir(open);
    qsort(paths, count, PATH_BYTES, by_text);
    for (size_t i = 0; i < count; i++) {
        seed_input seed = read_input(paths[i]);
        memcpy(running_name, paths[i], PATH_BYTES);
        run(seed.bytes, seed.count, 0);
        for (unsigned k = 1; k <= changes; k++) run_changed(&seed, (uint32_t)i, k);
        free(seed.bytes);
    }
    printf("%zu inputs, %u changes of each\n", count, changes);
    return count > 0 ? 0 : 2;
}

int main(int count, char **arguments) {
    struct stat is;
    if (__sanitizer_set_death_callback != NULL) __sanitizer_set_death_callback(tell);
    signal(SIGABRT, told);
    signal(SIGSEGV, told);
    signal(SIGFPE, told);
    if (count < 2) return 2;
    if (stat(arguments[1], &is) == 0 && S_ISDIR(is.st_mode)) {
        return replay(arguments[1], count > 2 ? (unsigned)strtoul(arguments[2], NULL, 10) : 0);
    }
    for (int i = 1; i < count; i++) {
        seed_input seed = read_input(arguments[i]);
        snprintf(running_name, sizeof running_name, "%s", arguments[i]);
        run(seed.bytes, seed.count, 0);
        free(seed.bytes);
    }
    return 0;
}
