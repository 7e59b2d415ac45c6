// What a cell of a table says.
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/csv_table.h"

bool tw_cell_number(const tw_cell *cell, double *value) {
    *value = 0.0;
    if (cell->length == 0) return false;
    return tw_parse_number(cell->text, cell->length, value) == cell->length && isfinite(*value);
}

bool tw_cell_is_gap(const tw_cell *cell) {
    static const char *const gaps[] = {"", "?", "NA", "N/A", "NaN", "nan", "null", "NULL"};
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        if (strlen(gaps[i]) == cell->length && memcmp(gaps[i], cell->text, cell->length) == 0) {
            return true;
        }
    }
    return false;
}

// One comma, or some with three digits behind each: "1,2,3" is a list.
bool tw_cell_has_comma(const tw_cell *cell) {
    const char *at = cell->text, *end = at + cell->length;
    int commas = 0;
    bool thousands = true;
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end || !tw_is_digit(*at) || !tw_is_digit(end[-1])) return false;
    for (; at < end; at++) {
        if (!tw_is_digit(*at) && *at != ',' && *at != '.') return false;
        if (*at != ',') continue;
        commas++;
        size_t digits = 0;
        while (at + 1 + digits < end && tw_is_digit(at[1 + digits])) digits++;
        thousands = thousands && digits == 3;
    }
    return commas == 1 || (commas > 1 && thousands);
}

static bool read_digits(const char *text, int count, int *value) {
    *value = 0;
    for (int i = 0; i < count; i++) {
        if (!tw_is_digit(text[i])) return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

static bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// Days from 1970-01-01 to the first of January.
static int days_before(int year) {
    int past = year - 1;
    return 365 * (year - 1970) + (past / 4 - past / 100 + past / 400) - 477;
}

bool tw_cell_date(const tw_cell *cell, double *day, double *place_in_year) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const char *text = cell->text;
    int year = 0, month = 0, date = 0;
    *day = *place_in_year = 0.0;
    if (cell->length != 10 || text[4] != '-' || text[7] != '-') return false;
    if (!read_digits(text, 4, &year) || !read_digits(text + 5, 2, &month) ||
        !read_digits(text + 8, 2, &date) || year < 1 || month < 1 || month > 12) {
        return false;
    }
    bool leap = is_leap(year);
    if (date < 1 || date > lengths[month - 1] + (month == 2 && leap ? 1 : 0)) return false;
    int of_year = date - 1 + (month > 2 && leap ? 1 : 0);
    for (int i = 0; i < month - 1; i++) of_year += lengths[i];
    *day = (double)days_before(year) + (double)of_year;
    *place_in_year = (double)of_year / (leap ? 366.0 : 365.0);
    return true;
}
