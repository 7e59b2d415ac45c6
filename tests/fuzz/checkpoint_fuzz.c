// Edits of a run's checkpoint (edited.h). Whoever can be opened can be measured with; no crash.
#include "fuzz/edited.h"
#include "fuzz/fuzz.h"
#include "thalweg/evaluate.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    tw_fuzz_checkpoint file;
    tw_context *context = tw_fuzz_begin();
    tw_trained *trained = NULL;
    tw_evaluation evaluation;
    tw_fuzz_edit(bytes, count, &file);
    const char *path = tw_fuzz_file(0, file.bytes, file.count);
    tw_status status = tw_trained_open(context, path, &trained);
    if (count == 0) tw_fuzz_require(status == TW_OK);
    if (status == TW_OK) status = tw_trained_evaluate(trained, TW_FUZZ_RUN_DATA, &evaluation);
    if (status != TW_OK) tw_fuzz_require_words(context, status);
    tw_trained_free(trained);
    return tw_fuzz_end(context);
}
