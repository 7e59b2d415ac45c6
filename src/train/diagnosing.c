#include "train/diagnosing.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "objective/objective.h"
#include "thalweg/curvature.h"
#include "train/surface.h"
#include "train/training.h"

#define WINDOW 101      // norms that the median is of
#define NORMS_MIN 20    // before so many there is no median to speak of
#define CLIFF_HEIGHT 10 // times the median

// The window is a variable of the training, so that a resumed run has the memory of one that was not stopped.
struct tw_diagnosing {
    tw_training *training;
    tw_objective *sample;
    void *x;          // [n]
    tw_tensor *norms; // [WINDOW], 0: not yet
    tw_step_forecast forecast;
    tw_cliff cliff;
};

static tw_status open_sample(tw_diagnosing *made) {
    tw_training *training = made->training;
    tw_status status = tw_training_surface(training, training->options.values.batch, &made->sample);
    if (status != TW_OK) return status;
    made->x = tw_allocate(training->context, (size_t)made->sample->space.n,
                          tw_dtype_size(made->sample->space.dtype));
    return made->x == NULL ? TW_NO_MEMORY : TW_OK;
}

tw_status tw_diagnosing_new(tw_training *training, tw_diagnosing **diagnosing) {
    *diagnosing = NULL;
    if (training->options.values.diagnose_every == 0) return TW_OK;
    tw_diagnosing *made = tw_allocate(training->context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->training = training;
    tw_shape shape = TW_SHAPE(WINDOW);
    tw_status status =
        tw_variables_have(training->variables, "diagnosis:norms", TW_F64, &shape, &made->norms);
    if (status == TW_OK) status = open_sample(made);
    if (status == TW_OK)
        *diagnosing = made;
    else
        tw_diagnosing_free(made);
    return status;
}

void tw_diagnosing_free(tw_diagnosing *diagnosing) {
    if (diagnosing == NULL) return;
    tw_objective_free(diagnosing->sample);
    tw_release(diagnosing->x);
    tw_release(diagnosing);
}

// Whether a norm is more than CLIFF_HEIGHT times the median, that is, than most in the window are each.
// Asked in every step, so that nothing is sorted for it.
static bool stands_out(const tw_diagnosing *d, double grad_norm) {
    const double *norms = tw_tensor_data(d->norms);
    int count = 0, far_below = 0;
    for (int i = 0; i < WINDOW; i++) {
        count += norms[i] > 0.0;
        far_below += norms[i] > 0.0 && CLIFF_HEIGHT * norms[i] < grad_norm;
    }
    return count >= NORMS_MIN && far_below > count / 2;
}

// The median of the norms in the window, by insertion.
static double median(const tw_diagnosing *d) {
    const double *norms = tw_tensor_data(d->norms);
    double sorted[WINDOW] = {0.0};
    int count = 0;
    for (int i = 0; i < WINDOW; i++) {
        if (!(norms[i] > 0.0)) continue;
        int at = count++;
        for (; at > 0 && sorted[at - 1] > norms[i]; at--) sorted[at] = sorted[at - 1];
        sorted[at] = norms[i];
    }
    return sorted[count / 2];
}

static void watch_for_cliffs(tw_diagnosing *d, double grad_norm, tw_progress *progress) {
    if (stands_out(d, grad_norm)) {
        d->cliff = (tw_cliff){.step = progress->step, .grad_norm = grad_norm, .median = median(d)};
        progress->cliff = &d->cliff;
    }
    // An infinite one must not get into a checkpoint; the weights may be sound behind a clip_value.
    if (isfinite(grad_norm))
        ((double *)tw_tensor_data(d->norms))[progress->step % WINDOW] = grad_norm;
}

static tw_status forecast(tw_diagnosing *d, tw_progress *progress) {
    tw_training *training = d->training;
    if (progress->step % training->options.values.diagnose_every != 0) return TW_OK;
    double lr = tw_training_value_at(training, "lr", &training->clock);
    if (!(lr > 0.0)) return TW_OK;
    tw_surface_take(d->sample, training->variables, d->x);
    tw_objective_point point;
    tw_status status = tw_objective_at(d->sample, d->x, &point);
    if (status == TW_OK) status = tw_curvature_forecast(d->sample, &point, lr, &d->forecast);
    tw_objective_point_free(&point);
    if (status == TW_OK) progress->forecast = &d->forecast;
    return status == TW_DIVERGED ? TW_OK : status; // the training itself will say so
}

static void format_forecast(tw_json *json, const tw_progress *progress) {
    const tw_step_forecast *f = progress->forecast;
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "forecast");
    tw_json_integer(json, "step", (int64_t)progress->step);
    tw_json_number(json, "loss", f->loss);
    tw_json_number(json, "gg", f->gg);
    tw_json_number(json, "gHg", f->gHg);
    tw_json_number(json, "lr", f->lr);
    tw_json_number(json, "predicted_change", f->predicted_change);
    tw_json_number(json, "measured_change", f->measured_change);
    tw_json_number(json, "lr_limit", f->lr_limit);
    tw_json_boolean(json, "stuck", f->stuck);
    tw_json_end(json);
}

static void format_cliff(tw_json *json, const tw_cliff *cliff) {
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "cliff");
    tw_json_integer(json, "step", (int64_t)cliff->step);
    tw_json_number(json, "grad_norm", cliff->grad_norm);
    tw_json_number(json, "median", cliff->median);
    tw_json_end(json);
}

void tw_progress_findings(tw_json *json, const tw_progress *progress) {
    if (progress->forecast != NULL) format_forecast(json, progress);
    if (progress->cliff != NULL) format_cliff(json, progress->cliff);
}

// Into the run folder's metrics, as the epochs are.
static tw_status write_down(tw_diagnosing *d, const tw_progress *progress) {
    if (d->training->options.values.out == NULL) return TW_OK;
    if (progress->forecast == NULL && progress->cliff == NULL) return TW_OK;
    tw_json *json = NULL;
    tw_status status = tw_json_new(d->training->context, &json);
    if (status != TW_OK) return status;
    tw_progress_findings(json, progress);
    status = tw_folder_add_line(d->training, json);
    tw_json_free(json);
    return status;
}

tw_status tw_diagnosing_look(tw_diagnosing *diagnosing, double grad_norm, tw_progress *progress) {
    if (diagnosing == NULL) return TW_OK;
    watch_for_cliffs(diagnosing, grad_norm, progress);
    tw_status status = forecast(diagnosing, progress);
    return status == TW_OK ? write_down(diagnosing, progress) : status;
}
