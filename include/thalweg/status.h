// How every call of thalweg says whether it worked.
//
//     if (tw_model_parse(context, "mlp:400,400", &model) != TW_OK)
//         report(tw_context_message(context));
//
// A fallible function returns a tw_status; its results come through out-parameters, which are
// NULL or 0 on failure. What was wrong, where, and what would be right is the context's message.
#ifndef THALWEG_STATUS_H
#define THALWEG_STATUS_H

#if defined(__GNUC__) && defined(TW_BUILDING)
#define TW_API __attribute__((visibility("default")))
#else
#define TW_API
#endif

// Lets the compiler check the arguments of a function that formats like printf.
#if defined(__GNUC__)
#define TW_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define TW_PRINTF(text, first)
#endif

#ifdef __cplusplus
extern "C" {
#endif

// Status, and what it means in a word. One list: the enum and tw_status_name expand from it.
#define TW_STATUS_LIST(X)                                                                          \
    X(TW_OK, "ok")                                                                                 \
    X(TW_BAD_ARGUMENT, "bad argument") /* a value, name or option that is not possible */          \
    X(TW_BAD_SHAPE, "bad shape")       /* shapes that do not fit together */                       \
    X(TW_BAD_TEXT, "bad text")         /* rule, expression, model or schedule text */              \
    X(TW_BAD_FILE, "bad file")         /* a file that exists and is not what it should be */       \
    X(TW_NOT_FOUND, "not found")       /* a file or a name that does not exist */                  \
    X(TW_EXISTS, "exists")             /* refuses to overwrite */                                  \
    X(TW_MISMATCH, "mismatch")         /* a checkpoint that belongs to something else */           \
    X(TW_UNSUPPORTED, "unsupported")   /* asked for what this build cannot do */                   \
    X(TW_DIVERGED, "diverged")         /* a loss, gradient or weight stopped being finite */       \
    X(TW_INTERRUPTED, "interrupted")   /* tw_context_cancel was called */                          \
    X(TW_NO_MEMORY, "no memory")       /* the allocator or the budget refused */                   \
    X(TW_IO, "input or output failed") /* the system refused: disk full, no permission, ... */

typedef enum tw_status {

#define TW_STATUS_ENTRY(name, text) name,
    TW_STATUS_LIST(TW_STATUS_ENTRY)
#undef TW_STATUS_ENTRY
} tw_status;

// The words of a status, such as "bad shape"; "unknown status" for a value that is none.
// Borrowed: valid for ever.
TW_API const char *tw_status_name(tw_status status);

// The version of the library that runs, such as "0.1.0". Borrowed: valid for ever.
TW_API const char *tw_version(void);

#ifdef __cplusplus
}
#endif

#endif
