// exp, log, tanh and their kin over arrays, by SLEEF's vector functions (1 unit in the last place).
//
//     tw_exp_f32(out, in, count);     // out may be in
//
// The result for an element depends on that element alone: not on its place, on the length or on the width of
// the machine's vectors (SLEEF's deterministic "finz" family; machines without fused multiply-add have another
// family, "cinz"). Nothing is allocated; any thread may call.
#ifndef TW_BASE_VECTOR_MATH_H
#define TW_BASE_VECTOR_MATH_H

#include <stdint.h>

// Name, and SLEEF's name of the accuracy.
#define TW_VECTOR_FUNCTIONS(X)                                                                     \
    X(exp, u10)                                                                                    \
    X(expm1, u10)                                                                                  \
    X(log, u10)                                                                                    \
    X(log1p, u10)                                                                                  \
    X(sin, u10)                                                                                    \
    X(cos, u10)                                                                                    \
    X(tan, u10)                                                                                    \
    X(sinh, u10)                                                                                   \
    X(cosh, u10)                                                                                   \
    X(atan, u10)                                                                                   \
    X(tanh, u10)                                                                                   \
    X(cbrt, u10)                                                                                   \
    X(erf, u10)

// out[k] = f(in[k]) for k below `count`: tw_exp_f32, tw_exp_f64, tw_expm1_f32, ...
#define TW_VECTOR_DECLARE(name, accuracy)                                                          \
    void tw_##name##_f32(float *out, const float *in, int64_t count);                              \
    void tw_##name##_f64(double *out, const double *in, int64_t count);
TW_VECTOR_FUNCTIONS(TW_VECTOR_DECLARE)
#undef TW_VECTOR_DECLARE

// out[k] = base[k] ^ exponent[k].
void tw_pow_f32(float *out, const float *base, const float *exponent, int64_t count);
void tw_pow_f64(double *out, const double *base, const double *exponent, int64_t count);

// out[k] = 1/(1 + exp(-in[k])).
void tw_sigmoid_f32(float *out, const float *in, int64_t count);
void tw_sigmoid_f64(double *out, const double *in, int64_t count);

// out[k] = log(1 + exp(in[k])), as max(x, 0) + log1p(exp(-|x|)): finite for finite x.
void tw_softplus_f32(float *out, const float *in, int64_t count);
void tw_softplus_f64(double *out, const double *in, int64_t count);

#endif
