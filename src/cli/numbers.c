// Reads rows of numbers.
#include "cli/numbers.h"

#include <string.h>

#define FILE_BYTES_MAX (256L << 20)
#define BYTE_ORDER_MARK "\xef\xbb\xbf" // that spreadsheets put before UTF-8

static bool add(cli_numbers *numbers, double value) {
    tw_status status = tw_grow(numbers->context, (void **)&numbers->numbers, (size_t)numbers->count,
                               &numbers->capacity, sizeof *numbers->numbers);
    if (status == TW_OK)
        numbers->numbers[numbers->count++] = value;
    else
        cli_failed(numbers->context, status);
    return status == TW_OK;
}

// Reads the number at `text`; how many bytes it took, 0 if none.
static size_t read_number(const char *text, double *value) {
    char number[64];
    size_t length = strcspn(text, ", \t\r\n");
    if (length == 0 || length >= sizeof number) return 0;
    memcpy(number, text, length);
    number[length] = '\0';
    return tw_parse_double(number, value) ? length : 0;
}

// One line; `*text` stands at its end afterwards.
static bool read_row(const char *name, const char **text, int64_t line, cli_numbers *numbers) {
    const char *start = *text, *at = start;
    int64_t before = numbers->count;
    bool more = true; // a number stands behind each comma
    while (more || (*at != '\0' && *at != '\n')) {
        double value = 0.0;
        size_t taken = read_number(at, &value);
        if (taken == 0) {
            cli_wrong("%s:%lld:%lld: no number here; rows of numbers with commas between are read",
                      name, (long long)line, (long long)(at - start + 1));
            return false;
        }
        if (!add(numbers, value)) return false;
        at += taken;
        at += strspn(at, " \t\r");
        more = *at == ',';
        if (more) at += 1 + strspn(at + 1, " \t\r");
    }
    *text = at;
    int64_t columns = numbers->count - before;
    if (numbers->rows == 0) numbers->columns = columns;
    numbers->rows++;
    if (columns == numbers->columns) return true;
    cli_wrong("%s:%lld: %lld number%s; the rows before have %lld", name, (long long)line,
              (long long)columns, tw_plural(columns), (long long)numbers->columns);
    return false;
}

bool cli_numbers_from_text(const char *name, const char *text, cli_numbers *numbers) {
    for (int64_t line = 1; *text != '\0'; line++) {
        text += strspn(text, " \t\r");
        if (*text != '\n' && *text != '\0' && !read_row(name, &text, line, numbers)) return false;
        if (*text == '\n') text++;
    }
    return true;
}

int cli_read_file(tw_context *context, const char *path, char **text) {
    size_t size = 0;
    tw_status status = strcmp(path, "-") == 0
                           ? tw_stdin_read_all(context, FILE_BYTES_MAX, text, &size)
                           : tw_file_read_all(context, path, FILE_BYTES_MAX, text, &size);
    if (status != TW_OK) return cli_failed(context, status);
    if (memchr(*text, '\0', size) == NULL) return CLI_DONE;
    tw_release(*text);
    *text = NULL;
    return cli_wrong("%s: no text: it holds a NUL byte", path);
}

int cli_numbers_from_file(const char *path, cli_numbers *numbers) {
    char *text = NULL;
    int code = cli_read_file(numbers->context, path, &text);
    if (code != CLI_DONE) return code;
    size_t length = strlen(BYTE_ORDER_MARK);
    size_t mark = strncmp(text, BYTE_ORDER_MARK, length) == 0 ? length : 0;
    bool right = cli_numbers_from_text(path, text + mark, numbers);
    tw_release(text);
    return right ? CLI_DONE : CLI_WRONG;
}

double cli_element(const void *elements, tw_dtype dtype, int64_t index) {
    return dtype == TW_F32 ? (double)((const float *)elements)[index]
                           : ((const double *)elements)[index];
}

void cli_set_element(void *elements, tw_dtype dtype, int64_t index, double value) {
    if (dtype == TW_F32)
        ((float *)elements)[index] = (float)value;
    else
        ((double *)elements)[index] = value;
}
