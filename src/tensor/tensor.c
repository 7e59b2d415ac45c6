// Arrays that own their memory.
#include "thalweg/tensor.h"
#include "base/checked.h"
#include "base/fail.h"
#include "base/memory.h"
#include "tensor/array_pool.h"

#include <assert.h>
#include <math.h>

struct tw_tensor {
    tw_dtype dtype;
    tw_shape shape;
    int64_t elements;
    void *data;
    tw_array_pool *pool; // that the elements come from; NULL: the tensor's own
};

// A tensor without elements yet.
static tw_status make(tw_context *context, tw_dtype dtype, const tw_shape *shape,
                      tw_tensor **tensor) {
    *tensor = NULL;
    int64_t elements = tw_shape_elements(shape);
    size_t bytes;
    if (elements < 0 || !tw_checked_multiply_size((size_t)elements, tw_dtype_size(dtype), &bytes)) {
        return tw_fail(context, TW_BAD_SHAPE,
                       "tensor: shape is negative somewhere or too large; at most 2^62 elements");
    }
    *tensor = tw_allocate(context, 1, sizeof **tensor);
    if (*tensor == NULL) return TW_NO_MEMORY;
    **tensor = (tw_tensor){.dtype = dtype, .shape = *shape, .elements = elements};
    return TW_OK;
}

tw_status tw_tensor_new(tw_context *context, tw_dtype dtype, const tw_shape *shape,
                        tw_tensor **tensor) {
    tw_tensor *made;
    tw_status status = make(context, dtype, shape, &made);
    *tensor = NULL;
    if (status != TW_OK) return status;
    made->data = tw_allocate(context, (size_t)made->elements, tw_dtype_size(dtype));
    if (made->data == NULL) {
        tw_release(made);
        return TW_NO_MEMORY;
    }
    *tensor = made;
    return TW_OK;
}

tw_status tw_tensor_new_in(tw_array_pool *pool, tw_dtype dtype, const tw_shape *shape,
                           tw_tensor **tensor) {
    tw_tensor *made;
    tw_status status = make(pool->context, dtype, shape, &made);
    *tensor = NULL;
    if (status != TW_OK) return status;
    made->pool = pool;
    status = tw_array_pool_take(pool, (size_t)made->elements, tw_dtype_size(dtype), &made->data);
    if (status == TW_OK)
        *tensor = made;
    else
        tw_release(made);
    return status;
}

void tw_tensor_free(tw_tensor *tensor) {
    if (tensor == NULL) return;
    if (tensor->pool != NULL)
        tw_array_pool_release(tensor->pool, tensor->data);
    else
        tw_release(tensor->data);
    tw_release(tensor);
}

tw_dtype tw_tensor_dtype(const tw_tensor *tensor) {
    return tensor->dtype;
}

const tw_shape *tw_tensor_shape(const tw_tensor *tensor) {
    return &tensor->shape;
}

int64_t tw_tensor_elements(const tw_tensor *tensor) {
    return tensor->elements;
}

void *tw_tensor_data(const tw_tensor *tensor) {
    return tensor->data;
}

double tw_tensor_get(const tw_tensor *tensor, int64_t index) {
    assert(index >= 0 && index < tensor->elements);
    switch (tensor->dtype) {
    case TW_F32:
        return ((const float *)tensor->data)[index];
    case TW_F64:
        return ((const double *)tensor->data)[index];
    case TW_I32:
        return ((const int32_t *)tensor->data)[index];
    case TW_U8:
        return ((const uint8_t *)tensor->data)[index];
    }
    return NAN;
}

// The nearest whole number from `lowest` to `highest`; NaN becomes the lowest.
static double whole(double value, double lowest, double highest) {
    return value >= highest ? highest : value > lowest ? nearbyint(value) : lowest;
}

void tw_tensor_set(tw_tensor *tensor, int64_t index, double value) {
    assert(index >= 0 && index < tensor->elements);
    switch (tensor->dtype) {
    case TW_F32:
        ((float *)tensor->data)[index] = (float)value;
        break;
    case TW_F64:
        ((double *)tensor->data)[index] = value;
        break;
    case TW_I32:
        ((int32_t *)tensor->data)[index] = (int32_t)whole(value, INT32_MIN, INT32_MAX);
        break;
    case TW_U8:
        ((uint8_t *)tensor->data)[index] = (uint8_t)whole(value, 0, UINT8_MAX);
        break;
    }
}
