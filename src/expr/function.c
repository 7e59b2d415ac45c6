// The functions of the language: their names, how many arguments they take, and what they are on
// plain numbers.
#include "expr/expr.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef struct function_entry {
    const char *name;
    uint32_t fewest, most;
} function_entry;

static const function_entry entries[TW_FUNCTION_COUNT] = {
#define TW_FUNCTION_ENTRY(name, fewest, most) {#name, fewest, most},
    TW_EXPR_FUNCTIONS(TW_FUNCTION_ENTRY)
#undef TW_FUNCTION_ENTRY
};

const char *tw_function_name(tw_function function) {
    assert(function < TW_FUNCTION_COUNT);
    return entries[function].name;
}

bool tw_function_find(const char *name, tw_function *function) {
    for (*function = 0; *function < TW_FUNCTION_COUNT; (*function)++) {
        if (strcmp(entries[*function].name, name) == 0) return true;
    }
    return false;
}

void tw_function_arguments(tw_function function, uint32_t *fewest, uint32_t *most) {
    assert(function < TW_FUNCTION_COUNT);
    *fewest = entries[function].fewest;
    *most = entries[function].most;
}

// The exponential is only ever taken of what is not positive, so that it cannot overflow.
static double sigmoid(double x) {
    double e = exp(-fabs(x));
    return x >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
}

static double sign(double x) {
    if (isnan(x)) return x;
    return (double)(x > 0.0) - (double)(x < 0.0);
}

// Unlike fmin and fmax, these let a NaN through: a broken number must not be hidden.
static double minimum(double a, double b) {
    if (isnan(a) || isnan(b)) return NAN;
    return a < b ? a : b;
}

static double maximum(double a, double b) {
    if (isnan(a) || isnan(b)) return NAN;
    return a > b ? a : b;
}

// The functions of one argument; `max` of one argument is a reduction and not here.
static double (*const of_one[TW_FUNCTION_COUNT])(double) = {
    [TW_FUNCTION_sqrt] = sqrt,       [TW_FUNCTION_cbrt] = cbrt, [TW_FUNCTION_exp] = exp,
    [TW_FUNCTION_expm1] = expm1,     [TW_FUNCTION_log] = log,   [TW_FUNCTION_log1p] = log1p,
    [TW_FUNCTION_abs] = fabs,        [TW_FUNCTION_sign] = sign, [TW_FUNCTION_floor] = floor,
    [TW_FUNCTION_ceil] = ceil,       [TW_FUNCTION_sin] = sin,   [TW_FUNCTION_cos] = cos,
    [TW_FUNCTION_tan] = tan,         [TW_FUNCTION_tanh] = tanh, [TW_FUNCTION_atan] = atan,
    [TW_FUNCTION_sinh] = sinh,       [TW_FUNCTION_cosh] = cosh, [TW_FUNCTION_erf] = erf,
    [TW_FUNCTION_sigmoid] = sigmoid,
};

double tw_function_evaluate(tw_function function, const double arguments[3]) {
    assert(function < TW_FUNCTION_COUNT);
    double x = arguments[0];
    if (of_one[function] != NULL) return of_one[function](x);
    if (function == TW_FUNCTION_min) return minimum(x, arguments[1]);
    if (function == TW_FUNCTION_max) return maximum(x, arguments[1]);
    if (function == TW_FUNCTION_clip) return minimum(maximum(x, arguments[1]), arguments[2]);
    if (function == TW_FUNCTION_where) return x != 0.0 ? arguments[1] : arguments[2];
    return NAN;
}
