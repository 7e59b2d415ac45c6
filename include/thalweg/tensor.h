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
    TW_U8,  // pixels as they lie in files
} tw_dtype;

// Bytes of one element. The name, such as "f32". Borrowed: valid for ever.
TW_API size_t tw_dtype_size(tw_dtype dtype);

// The name of a type, such as "f32". Borrowed: valid for ever.
TW_API const char *tw_dtype_name(tw_dtype dtype);

// Sizes of each axis, outermost first; rank 0 is a scalar. Row-major.
typedef struct tw_shape {
    int rank;
    int64_t size[TW_RANK_MAX];
} tw_shape;

// Elements of a shape (1 for a scalar). Errors: -1 if negative anywhere or above 2^62.
TW_API int64_t tw_shape_elements(const tw_shape *shape);

// Whether two shapes are the same.
TW_API bool tw_shape_equal(const tw_shape *a, const tw_shape *b);

// A named array with its memory: a parameter, a state of a rule, a table of data.
typedef struct tw_tensor tw_tensor;

// Zeros of a type and shape. `*tensor` is owned by the caller: free with tw_tensor_free.
// Errors: TW_BAD_SHAPE, TW_NO_MEMORY.
TW_API tw_status tw_tensor_new(tw_context *context, tw_dtype dtype, const tw_shape *shape,
                               tw_tensor **tensor);

// Frees; NULL is fine.
TW_API void tw_tensor_free(tw_tensor *tensor);

// Type, shape (borrowed: valid while the tensor is) and number of elements.
TW_API tw_dtype tw_tensor_dtype(const tw_tensor *tensor);

// The shape. Borrowed: valid while the tensor is.
TW_API const tw_shape *tw_tensor_shape(const tw_tensor *tensor);

// How many elements.
TW_API int64_t tw_tensor_elements(const tw_tensor *tensor);

// The elements, row-major, aligned to 64 bytes. Borrowed: valid while the tensor is.
TW_API void *tw_tensor_data(const tw_tensor *tensor);

// Element `index` (row-major) as double, whatever the type; and set, rounded to the type.
TW_API double tw_tensor_get(const tw_tensor *tensor, int64_t index);

// Sets element `index` (row-major), rounded to the type.
TW_API void tw_tensor_set(tw_tensor *tensor, int64_t index, double value);

// Reads or writes a NumPy file (versions 1 to 3 read, 1 written; little-endian; C or Fortran order
// read). Types other than f32, f64, i32, u8 are converted to the nearest of them (f16 to f32, i64 to
// i32 if it fits, bool and i8.. to i32). Objects are refused: they are programs, not data.
// Errors: TW_NOT_FOUND, TW_IO, TW_BAD_FILE with the reason, TW_NO_MEMORY.
TW_API tw_status tw_tensor_load_npy(tw_context *context, const char *path, tw_tensor **tensor);

// Writes a NumPy file, version 1. `path` is replaced whole. Errors: TW_IO, TW_NO_MEMORY.
TW_API tw_status tw_tensor_save_npy(tw_context *context, const tw_tensor *tensor, const char *path);

#ifdef __cplusplus
}
#endif

#endif
