// Element types: their sizes and names.
#include "thalweg/tensor.h"

#include <assert.h>

size_t tw_dtype_size(tw_dtype dtype) {
    switch (dtype) {
    case TW_F32:
        return 4;
    case TW_F64:
        return 8;
    case TW_I32:
        return 4;
    case TW_U8:
        return 1;
    }
    assert(0 && "a tw_dtype that is none");
    return 0;
}

const char *tw_dtype_name(tw_dtype dtype) {
    switch (dtype) {
    case TW_F32:
        return "f32";
    case TW_F64:
        return "f64";
    case TW_I32:
        return "i32";
    case TW_U8:
        return "u8";
    }
    return "none";
}
