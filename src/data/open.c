// Finds the format that a spec names and lets it open the set.
#include <string.h>

#include "base/memory.h"
#include "data/spec.h"

#define TW_FORMAT(name) extern const tw_format tw_format_##name;
#include "data/formats.def"
#undef TW_FORMAT

static const tw_format *const formats[] = {
#define TW_FORMAT(name) &tw_format_##name,
#include "data/formats.def"
#undef TW_FORMAT
};

enum { FORMATS = sizeof formats / sizeof *formats };

const tw_data_format *tw_data_format_at(int index) {
    return index < 0 || index >= FORMATS ? NULL : &formats[index]->about;
}

static tw_status unknown_format(const tw_spec *spec) {
    const char *names[FORMATS];
    for (int i = 0; i < FORMATS; i++) names[i] = formats[i]->about.name;
    const char *nearest = tw_nearest_name(spec->format, names, FORMATS);
    tw_text list;
    tw_text_start(&list, spec->context);
    for (int i = 0; i < FORMATS; i++) tw_text_add(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    tw_status status = list.status;
    if (status == TW_OK) {
        status = tw_fail(spec->context, TW_BAD_ARGUMENT,
                         "data '%s': unknown format '%s'; %s%s%sknown: %s", spec->text,
                         spec->format, nearest == NULL ? "" : "did you mean '",
                         nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'? ", list.data);
    }
    tw_text_free(&list);
    return status;
}

static tw_status find_format(const tw_spec *spec, const tw_format **format) {
    for (int i = 0; i < FORMATS; i++) {
        if (strcmp(formats[i]->about.name, spec->format) != 0) continue;
        *format = formats[i];
        if (formats[i]->takes_place == (spec->place[0] != '\0')) {
            return tw_spec_check(spec, formats[i]->keys);
        }
        return tw_fail(spec->context, TW_BAD_ARGUMENT, "data '%s': %s; write %s", spec->text,
                       formats[i]->takes_place ? "no file is named" : "takes no file",
                       formats[i]->about.usage);
    }
    return unknown_format(spec);
}

static void add_shape(tw_text *text, const tw_shape *shape) {
    for (int i = 0; i < shape->rank; i++) {
        tw_text_add(text, "%s%lld", i == 0 ? "" : "x", (long long)shape->size[i]);
    }
}

static tw_status mismatch(const tw_data *data, const tw_encoding *like) {
    tw_text text;
    tw_text_start(&text, data->context);
    tw_text_add(&text, "%s: examples are ", data->name);
    add_shape(&text, &data->encoding->shape);
    tw_text_add(&text, "; the training set's were ");
    add_shape(&text, &like->shape);
    tw_status status = text.status;
    if (status == TW_OK) status = tw_fail(data->context, TW_MISMATCH, "%s", text.data);
    tw_text_free(&text);
    return status;
}

// What every format has to keep to, checked once for all.
static tw_status check_like(const tw_data *data, const tw_encoding *like) {
    const tw_encoding *own = data->encoding;
    if (!tw_shape_equal(&own->shape, &like->shape)) return mismatch(data, like);
    if (own->kind == TW_TARGET_NONE) return TW_OK;
    if (own->kind != like->kind) {
        return tw_fail(data->context, TW_MISMATCH, "%s: has %s; the training set had %s",
                       data->name, own->kind == TW_TARGET_CLASS ? "classes" : "values",
                       like->kind == TW_TARGET_CLASS ? "classes" : "values");
    }
    if (own->classes.count != like->classes.count || own->target_width != like->target_width) {
        return tw_fail(data->context, TW_MISMATCH,
                       "%s: has %zu classes and %lld numbers a target; the training set had %zu "
                       "and %lld",
                       data->name, own->classes.count, (long long)own->target_width,
                       like->classes.count, (long long)like->target_width);
    }
    return TW_OK;
}

// One class leaves nothing to learn; a format's own test set must be like its training set.
static tw_status check_learned(const tw_data *train, const tw_data *test) {
    const tw_encoding *own = train->encoding;
    if (own->kind == TW_TARGET_CLASS && own->classes.count == 1) {
        return tw_fail(train->context, TW_BAD_FILE,
                       "%s: every example has the class '%s'; at least two are needed to learn",
                       train->name, own->classes.items[0]);
    }
    return test == NULL ? TW_OK : check_like(test, own);
}

// Holds out a part of a set that has no test set of its own, or whose test set is to be spared. The two
// parts keep the whole alive.
static tw_status hold_out(const tw_data_options *options, tw_data **train, tw_data **test) {
    if (options->spare_test) {
        tw_data_free(*test);
        *test = NULL;
    }
    if (*test != NULL || options->holdout == 0.0) return TW_OK;
    tw_data *all = *train;
    tw_status status = tw_data_split(all, options->holdout, options->seed, train, test);
    tw_data_free(all);
    return status;
}

static tw_status open_spec(tw_context *context, const char *text, const tw_data_options *options,
                           const tw_encoding *like, tw_data **train, tw_data **test) {
    tw_spec spec;
    const tw_format *format = NULL;
    tw_data_options settings = options == NULL ? tw_data_options_default() : *options;
    tw_status status = tw_spec_parse(context, text, &spec);
    if (status == TW_OK && !(settings.holdout >= 0.0 && settings.holdout < 1.0))
        status = tw_fail(context, TW_BAD_ARGUMENT,
                         "data '%s': a holdout of %g; give a share from 0 to below 1", text,
                         settings.holdout);
    if (status == TW_OK) status = find_format(&spec, &format);
    if (status == TW_OK) {
        double holdout = like == NULL ? settings.holdout : 0.0;
        tw_opening opening = {context, &spec, settings.seed, holdout, like};
        status = format->open(&opening, train, test);
    }
    if (status == TW_OK && like == NULL) status = check_learned(*train, *test);
    if (status == TW_OK && like == NULL) status = hold_out(&settings, train, test);
    if (status != TW_OK) {
        tw_data_free(*train);
        tw_data_free(*test);
        *train = NULL;
        *test = NULL;
    }
    tw_spec_free(&spec);
    return status;
}

tw_status tw_data_open(tw_context *context, const char *spec, const tw_data_options *options,
                       tw_data **train, tw_data **test) {
    *train = NULL;
    *test = NULL;
    return open_spec(context, spec, options, NULL, train, test);
}

tw_status tw_data_open_like(tw_context *context, const char *encoding, const char *spec,
                            const tw_data_options *options, tw_data **data) {
    *data = NULL;
    tw_encoding *like = NULL;
    tw_data *train = NULL, *test = NULL;
    tw_status status = tw_encoding_parse(context, encoding, &like);
    if (status == TW_OK) status = open_spec(context, spec, options, like, &train, &test);
    tw_data *chosen = test != NULL ? test : train;
    if (status == TW_OK) status = check_like(chosen, like);
    if (status == TW_OK) *data = tw_data_retain(chosen);
    tw_data_free(train);
    tw_data_free(test);
    tw_encoding_free(like);
    return status;
}
