// Element types, shapes, and arrays that own their memory.
#ifndef THALWEG_TENSOR_H
#define THALWEG_TENSOR_H

#include "thalweg/context.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TW_RANK_MAX 8

typedef enum tw_dtype {
    TW_F32, // IEEE 754 binary32
    TW_F64, // binary64
    TW_I32, // labels and indices
    TW_U8,  // pixels, as files have them
} tw_dtype;

// The size of one element in bytes.
TW_API size_t tw_dtype_size(tw_dtype dtype);

// The name of a type, such as "f32". Borrowed: valid for ever.
TW_API const char *tw_dtype_name(tw_dtype dtype);

// The size of each axis, outermost first; a scalar has rank 0. Arrays are row-major.
typedef struct tw_shape {
    int rank;
    int64_t size[TW_RANK_MAX];
} tw_shape;

// The number of elements of a shape, 1 for a scalar; -1 if a size is negative or the number exceeds 2^62.
TW_API int64_t tw_shape_elements(const tw_shape *shape);

// Whether rank and all sizes are the same.
TW_API bool tw_shape_equal(const tw_shape *a, const tw_shape *b);

// A named array with its memory: a parameter, a state of a rule, a table of data.
typedef struct tw_tensor tw_tensor;

// A tensor of zeros. `shape` is copied. `*tensor` is owned by the caller: free with tw_tensor_free. Errors:
// TW_BAD_SHAPE for a shape that tw_shape_elements refuses, TW_NO_MEMORY.
TW_API tw_status tw_tensor_new(tw_context *context, tw_dtype dtype, const tw_shape *shape,
                               tw_tensor **tensor);

// Frees; NULL is fine.
TW_API void tw_tensor_free(tw_tensor *tensor);

// The type of its elements.
TW_API tw_dtype tw_tensor_dtype(const tw_tensor *tensor);

// Its shape. Borrowed: valid while the tensor is.
TW_API const tw_shape *tw_tensor_shape(const tw_tensor *tensor);

// The number of its elements.
TW_API int64_t tw_tensor_elements(const tw_tensor *tensor);

// The elements, row-major, aligned to 64 bytes. Borrowed: valid while the tensor is.
TW_API void *tw_tensor_data(const tw_tensor *tensor);

// Element `index`, counted row-major from 0 and within the tensor, as double whatever the type.
TW_API double tw_tensor_get(const tw_tensor *tensor, int64_t index);

// Sets element `index`, counted as above, to `value` rounded to the type.
TW_API void tw_tensor_set(tw_tensor *tensor, int64_t index, double value);

// Reads a NumPy file of version 1 to 3, little-endian, in C or Fortran order. Types that a tensor cannot
// have are converted: f16 to f32; bool, i8, i16 and wider integers to i32, if they fit. Arrays of objects
// are refused, as they are programs rather than data. `*tensor` is owned by the caller: free with tw_tensor_free.
// Errors: TW_NOT_FOUND, TW_IO, TW_BAD_FILE with the reason, TW_NO_MEMORY.
TW_API tw_status tw_tensor_load_npy(tw_context *context, const char *path, tw_tensor **tensor);

// Writes a NumPy file, version 1. `path` is replaced whole. Errors: TW_IO, TW_NO_MEMORY.
TW_API tw_status tw_tensor_save_npy(tw_context *context, const tw_tensor *tensor, const char *path);

#ifdef __cplusplus
}
#endif

#endif
