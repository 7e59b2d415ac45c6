// The words of a status, and the version.
#include "thalweg/status.h"

const char *tw_status_name(tw_status status) {
    switch (status) {
#define TW_STATUS_ENTRY(name, text)                                                                \
    case name:                                                                                     \
        return text;
        TW_STATUS_LIST(TW_STATUS_ENTRY)
#undef TW_STATUS_ENTRY
    }
    return "unknown status";
}

const char *tw_version(void) {
    return TW_VERSION;
}
