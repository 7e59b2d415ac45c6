// Images, perhaps a line "----" and labels, plain or gzip: no crash; what is read fits together. The bytes
// are also read as records of CIFAR-10.
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "fuzz/set.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    char spec[128];
    size_t label_count = 0;
    tw_context *context = tw_fuzz_begin();
    const uint8_t *labels = tw_fuzz_cut(bytes, &count, &label_count);
    const char *images = tw_fuzz_file(0, bytes, count);
    snprintf(spec, sizeof spec, "idx:%s", images);
    if (labels != NULL) {
        snprintf(spec, sizeof spec, "idx:%s,%s", images, tw_fuzz_file(1, labels, label_count));
    }
    tw_fuzz_open_twice(context, spec);
    snprintf(spec, sizeof spec, "cifar10:%s", images);
    tw_fuzz_open_twice(context, spec);
    return tw_fuzz_end(context);
}
