// What a matmul kernel computes, for whoever measures the product alone.
#ifndef TW_OPS_MATMUL_H
#define TW_OPS_MATMUL_H

#include "ops/op.h"
#include "tensor/matrix_product.h"

// The planned product of a kernel whose sizes are known; false if the operator is another.
bool tw_matmul_product(const tw_op *op, const tw_kernel *kernel, tw_matrix_product *product);

#endif
