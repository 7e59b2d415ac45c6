// Sets that a host program has: arrays of its own, or a function that makes examples.
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "data/set.h"

#define RANKS TW_DIGITS(TW_RANK_MAX)
#define FEATURES TW_DIGITS(TW_FEATURES_MAX)

static tw_status check_form(tw_context *context, const tw_data_form *form) {
    int64_t features = form->shape.rank < 1 || form->shape.rank > TW_RANK_MAX
                           ? -1
                           : tw_shape_elements(&form->shape);
    const char *wrong = NULL;
    if (form->name == NULL) {
        wrong = "no name; start from tw_data_form_default()";
    } else if (form->count < 1) {
        wrong = "no examples; count is at least 1";
    } else if (features < 1 || features > TW_FEATURES_MAX) {
        wrong = "an impossible shape; give 1 to " RANKS " sizes of at least 1, at most " FEATURES
                " features";
    } else if (form->kind == TW_TARGET_CLASS &&
               (form->classes < 1 || form->classes > TW_CLASSES_MAX)) {
        wrong = "an impossible number of classes; 1 to " TW_DIGITS(TW_CLASSES_MAX) " are possible";
    } else if (form->kind == TW_TARGET_VALUE &&
               (form->target_width < 1 || form->target_width > TW_FEATURES_MAX)) {
        wrong = "an impossible target width; 1 to " FEATURES " are possible";
    }
    if (wrong == NULL) return TW_OK;
    return tw_fail(context, TW_BAD_ARGUMENT, "%s: %s", form->name == NULL ? "data" : form->name,
                   wrong);
}

static tw_status encode(tw_context *context, const tw_data_form *form, tw_encoding **encoding) {
    tw_status status = tw_encoding_new(context, encoding);
    if (status != TW_OK) return status;
    tw_encoding *made = *encoding;
    made->shape = form->shape;
    made->kind = form->kind;
    if (form->kind == TW_TARGET_VALUE) {
        made->target_width = form->target_width;
    } else if (form->kind == TW_TARGET_CLASS && form->names == NULL) {
        status = tw_encoding_number_classes(made, form->classes);
    } else if (form->kind == TW_TARGET_CLASS) {
        for (int i = 0; i < form->classes && status == TW_OK; i++) {
            const char *name = form->names[i];
            status = tw_names_add(context, &made->classes, name, strlen(name));
        }
    }
    if (status == TW_OK) return TW_OK;
    tw_encoding_free(made);
    *encoding = NULL;
    return status;
}

static tw_status check_labels(tw_context *context, const tw_data_form *form,
                              const int32_t *labels) {
    for (int64_t i = 0; i < form->count; i++) {
        if (labels[i] >= 0 && labels[i] < form->classes) continue;
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "%s: example %" PRId64 " has class %d; there are %d, from 0", form->name, i,
                       (int)labels[i], form->classes);
    }
    return TW_OK;
}

static tw_status check_arrays(tw_context *context, const tw_data_form *form, tw_dtype dtype,
                              const void *x, const void *targets) {
    tw_status status = check_form(context, form);
    if (status != TW_OK) return status;
    if (dtype != TW_U8 && dtype != TW_F32 && dtype != TW_F64) {
        return tw_fail(context, TW_BAD_ARGUMENT, "%s: x is u8, f32 or f64, not %s", form->name,
                       tw_dtype_name(dtype));
    }
    if (x == NULL || (targets == NULL) != (form->kind == TW_TARGET_NONE)) {
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "%s: %s; give x, and targets unless the kind is TW_TARGET_NONE", form->name,
                       x == NULL ? "x is NULL" : "targets and their kind do not fit");
    }
    return form->kind == TW_TARGET_CLASS ? check_labels(context, form, targets) : TW_OK;
}

tw_status tw_data_from_arrays(tw_context *context, const tw_data_form *form, tw_dtype dtype,
                              const void *x, const void *targets, tw_data **data) {
    *data = NULL;
    tw_encoding *encoding = NULL;
    tw_status status = check_arrays(context, form, dtype, x, targets);
    if (status == TW_OK) status = encode(context, form, &encoding);
    if (status != TW_OK) return status;
    tw_dense dense = {.dtype = dtype,
                      .x = x,
                      .features = tw_shape_elements(&form->shape),
                      .target_dtype = form->kind == TW_TARGET_CLASS ? TW_I32 : TW_F32,
                      .targets = targets,
                      .target_width = form->kind == TW_TARGET_CLASS ? 1 : form->target_width};
    tw_data_parts parts = {.name = form->name,
                           .count = form->count,
                           .encoding = encoding,
                           .description = "arrays of the host program, taken as they are\n"};
    return tw_data_new_dense(context, parts, &dense, data);
}

// A function of the host program's.
typedef struct made_by {
    tw_data_function *function;
    void *user;
    char *name;
} made_by;

static tw_status fetch(void *state, tw_context *context, const tw_data_request *request) {
    const made_by *by = state;
    tw_status status = by->function(request, by->user);
    if (status == TW_OK) return TW_OK;
    return tw_fail(context, status, "%s: the function that makes the examples failed: %s", by->name,
                   tw_status_name(status));
}

static void free_made_by(void *state) {
    made_by *by = state;
    if (by == NULL) return;
    tw_release(by->name);
    tw_release(by);
}

static const tw_storage function_storage = {.fetch = fetch, .free = free_made_by};

tw_status tw_data_from_function(tw_context *context, const tw_data_form *form,
                                tw_data_function *function, void *user, tw_data **data) {
    *data = NULL;
    tw_encoding *encoding = NULL;
    tw_status status = check_form(context, form);
    if (status == TW_OK && function == NULL) {
        status = tw_fail(context, TW_BAD_ARGUMENT, "%s: the function is NULL", form->name);
    }
    if (status == TW_OK) status = encode(context, form, &encoding);
    if (status != TW_OK) return status;
    made_by *by = tw_allocate(context, 1, sizeof *by);
    char *name = tw_copy_text(context, form->name, strlen(form->name));
    if (by == NULL || name == NULL) {
        tw_release(name);
        tw_release(by);
        tw_encoding_free(encoding);
        return TW_NO_MEMORY;
    }
    *by = (made_by){function, user, name};
    tw_data_parts parts = {.name = form->name,
                           .count = form->count,
                           .encoding = encoding,
                           .description = "made by a function of the host program\n",
                           .storage = &function_storage,
                           .state = by};
    return tw_data_new(context, &parts, data);
}
