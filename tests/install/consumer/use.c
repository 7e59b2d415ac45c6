// The smallest program that stands outside the tree: it includes everything and calls a little.
#include <stdio.h>
#include <string.h>

#include <thalweg/thalweg.h>

int main(void) {
    tw_context *context = NULL;
    if (tw_context_new(&context) != TW_OK) return 1;
    tw_tensor *tensor = NULL;
    tw_shape shape = TW_SHAPE(2, 3);
    tw_status status = tw_tensor_new(context, TW_F32, &shape, &tensor);
    int right = status == TW_OK && tw_tensor_elements(tensor) == 6 && strlen(tw_version()) > 0;
    printf("thalweg %s\n", tw_version());
    tw_tensor_free(tensor);
    tw_context_free(context);
    return right ? 0 : 1;
}
