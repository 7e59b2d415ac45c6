// Operations on plain numbers: what the scalars of a program are computed with, once a run, and what
// constants are folded with.
#include <assert.h>
#include <math.h>

#include "tile/values.h"

static double smaller(double a, double b) {
    return a < b || isnan(a) ? a : b;
}

static double larger(double a, double b) {
    return a > b || isnan(a) ? a : b;
}

static double softplus(double a) {
    return (a > 0 ? a : 0) + log1p(exp(-fabs(a)));
}

static double sign(double a) {
    return a > 0 ? 1 : a < 0 ? -1 : a;
}

static double evaluate_one(tw_tile_operation operation, double a) {
    switch (operation) {
    case TW_TILE_NEGATE:
        return -a;
    case TW_TILE_SQUARE:
        return a * a;
    case TW_TILE_SQUARE_ROOT:
        return sqrt(a);
    case TW_TILE_CUBE_ROOT:
        return cbrt(a);
    case TW_TILE_RECIPROCAL:
        return 1 / a;
    case TW_TILE_ABSOLUTE:
        return fabs(a);
    case TW_TILE_SIGN:
        return sign(a);
    case TW_TILE_FLOOR:
        return floor(a);
    case TW_TILE_CEILING:
        return ceil(a);
    case TW_TILE_EXP:
        return exp(a);
    case TW_TILE_EXPM1:
        return expm1(a);
    case TW_TILE_LOG:
        return log(a);
    case TW_TILE_LOG1P:
        return log1p(a);
    case TW_TILE_SIN:
        return sin(a);
    case TW_TILE_COS:
        return cos(a);
    case TW_TILE_TAN:
        return tan(a);
    case TW_TILE_SINH:
        return sinh(a);
    case TW_TILE_COSH:
        return cosh(a);
    case TW_TILE_ARCTAN:
        return atan(a);
    case TW_TILE_TANH:
        return tanh(a);
    case TW_TILE_SIGMOID:
        return 1 / (1 + exp(-a));
    case TW_TILE_SOFTPLUS:
        return softplus(a);
    case TW_TILE_ERF:
        return erf(a);
    default:
        assert(false && "an operation of one operand");
        return 0;
    }
}

double tw_tile_evaluate(tw_tile_operation operation, double a, double b, double c) {
    switch (operation) {
    case TW_TILE_ADD:
        return a + b;
    case TW_TILE_SUBTRACT:
        return a - b;
    case TW_TILE_MULTIPLY:
        return a * b;
    case TW_TILE_DIVIDE:
        return a / b;
    case TW_TILE_POWER:
        return pow(a, b);
    case TW_TILE_MINIMUM:
        return smaller(a, b);
    case TW_TILE_MAXIMUM:
        return larger(a, b);
    case TW_TILE_LESS:
        return a < b;
    case TW_TILE_LESS_EQUAL:
        return a <= b;
    case TW_TILE_EQUAL:
        return a == b;
    case TW_TILE_AND:
        return a != 0 && b != 0;
    case TW_TILE_OR:
        return a != 0 || b != 0;
    case TW_TILE_SELECT:
        return a != 0 ? b : c;
    default:
        return evaluate_one(operation, a);
    }
}
