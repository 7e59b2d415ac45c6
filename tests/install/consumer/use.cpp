// Every public header compiles as C++ and links.
#include <thalweg/thalweg.h>

int main() {
    tw_context *context = nullptr;
    if (tw_context_new(&context) != TW_OK) return 1;
    bool right = tw_context_threads(context) >= 1;
    tw_context_free(context);
    return right ? 0 : 1;
}
