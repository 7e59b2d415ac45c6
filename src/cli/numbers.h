// Rows of numbers from a text or a file, for commands that take some: a line a row, commas or blanks between;
// and single numbers of arrays in either precision.
#ifndef TW_CLI_NUMBERS_H
#define TW_CLI_NUMBERS_H

#include "cli/cli.h"

typedef struct cli_numbers {
    tw_context *context; // set by the caller
    double *numbers;     // [rows, columns]; the caller gives them back with tw_release
    int64_t count, rows, columns;
    size_t capacity;
} cli_numbers;

// Prints what is wrong, with line and column, and returns false.
bool cli_numbers_from_text(const char *name, const char *text, cli_numbers *numbers);

// The same from a file. CLI_DONE, or the exit status with a message printed.
int cli_numbers_from_file(const char *path, cli_numbers *numbers);

// A whole text file, ended by NUL; the caller gives it back with tw_release. CLI_DONE, or the exit status with a
// message printed and `*text` NULL where it cannot be read or holds a NUL byte.
int cli_read_file(tw_context *context, const char *path, char **text);

// Element `index` of an array of TW_F32 or TW_F64, as double.
double cli_element(const void *elements, tw_dtype dtype, int64_t index);
void cli_set_element(void *elements, tw_dtype dtype, int64_t index, double value);

#endif
