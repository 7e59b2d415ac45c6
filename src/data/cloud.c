// Generated sets of points: their options, and their examples in memory.
#include "data/cloud.h"

#include <assert.h>

#include "base/memory.h"

enum { EXAMPLES_MAX = 100000000 };

static tw_status encode(const tw_opening *opening, const tw_cloud *cloud, tw_encoding **encoding) {
    tw_status status = tw_encoding_new(opening->context, encoding);
    if (status != TW_OK) return status;
    (*encoding)->shape = (tw_shape){1, {cloud->features}};
    if (cloud->classes > 0) return tw_encoding_number_classes(*encoding, cloud->classes);
    (*encoding)->kind = TW_TARGET_VALUE;
    (*encoding)->target_width = 1;
    return TW_OK;
}

static void make_all(const tw_cloud *cloud, uint64_t seed, uint32_t part, int64_t count, float *x,
                     void *targets) {
    for (int64_t i = 0; i < count; i++) {
        const tw_random random = {seed, TW_FOR_DATA, cloud->stream + part, (uint64_t)i};
        int32_t label = 0;
        double value = 0.0;
        cloud->make(cloud, &random, i, x + i * cloud->features, &label, &value);
        assert(cloud->classes == 0 || (label >= 0 && label < cloud->classes));
        if (cloud->classes > 0)
            ((int32_t *)targets)[i] = label;
        else
            ((double *)targets)[i] = value;
    }
}

static tw_status open_part(const tw_opening *opening, const tw_cloud *cloud, uint32_t part,
                           int64_t count, const char *words, tw_data **data) {
    tw_encoding *encoding = NULL;
    tw_text name;
    tw_text_start(&name, opening->context);
    tw_text_add(&name, "%s%s", opening->spec->text, part == 0 ? "" : " (test)");
    size_t target_size = cloud->classes > 0 ? sizeof(int32_t) : sizeof(double);
    float *x = tw_allocate(opening->context, (size_t)(count * cloud->features), sizeof *x);
    void *targets = tw_allocate(opening->context, (size_t)count, target_size);
    tw_status status = name.status;
    if (status == TW_OK) status = encode(opening, cloud, &encoding);
    if (x == NULL || targets == NULL) status = TW_NO_MEMORY;
    if (status == TW_OK) {
        make_all(cloud, opening->seed, part, count, x, targets);
        tw_dense dense = {.dtype = TW_F32,
                          .x = x,
                          .features = cloud->features,
                          .target_dtype = cloud->classes > 0 ? TW_I32 : TW_F64,
                          .targets = targets,
                          .target_width = 1,
                          .owned_x = x,
                          .owned_targets = targets};
        tw_data_parts parts = {
            .name = name.data, .count = count, .encoding = encoding, .description = words};
        status = tw_data_new_dense(opening->context, parts, &dense, data);
    } else {
        tw_encoding_free(encoding);
        tw_release(x);
        tw_release(targets);
    }
    tw_text_free(&name);
    return status;
}

tw_status tw_cloud_open(const tw_opening *opening, const tw_cloud *cloud, int64_t examples,
                        const char *words, tw_data **train, tw_data **test) {
    assert(cloud->features > 0 && cloud->features < 100000);
    int64_t count = examples;
    tw_status status = tw_spec_integer(opening->spec, "examples", 1, EXAMPLES_MAX, &count);
    int64_t test_count = count < 4 ? 1 : count / 4;
    if (status == TW_OK) {
        status = tw_spec_integer(opening->spec, "test", 1, EXAMPLES_MAX, &test_count);
    }
    if (status == TW_OK) status = open_part(opening, cloud, 0, count, words, train);
    if (status == TW_OK) status = open_part(opening, cloud, 1, test_count, words, test);
    return status;
}
