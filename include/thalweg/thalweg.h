// All of thalweg: include this, link with -lthalweg. Each header is the manual of its concept.
#ifndef THALWEG_H
#define THALWEG_H

#include "thalweg/archive.h"
#include "thalweg/bench.h"
#include "thalweg/clock.h"
#include "thalweg/context.h"
#include "thalweg/curvature.h"
#include "thalweg/data.h"
#include "thalweg/evaluate.h"
#include "thalweg/file.h"
#include "thalweg/graph.h"
#include "thalweg/init.h"
#include "thalweg/json.h"
#include "thalweg/loss.h"
#include "thalweg/memory.h"
#include "thalweg/method.h"
#include "thalweg/minimize.h"
#include "thalweg/model.h"
#include "thalweg/objective.h"
#include "thalweg/ops.h"
#include "thalweg/plan.h"
#include "thalweg/plot.h"
#include "thalweg/regret.h"
#include "thalweg/schedule.h"
#include "thalweg/status.h"
#include "thalweg/tensor.h"
#include "thalweg/text.h"
#include "thalweg/train.h"
#include "thalweg/variables.h"
#include "thalweg/words.h"

#endif
