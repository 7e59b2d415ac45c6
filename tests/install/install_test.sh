#!/bin/sh
# Installs the build into a folder of its own and builds small outside programs against it: by
# pkg-config, by the CMake package, in C and in C++, shared and static; then each header alone.
# Usage: install_test.sh BUILD_FOLDER SOURCE_FOLDER
set -eu
build=$1
source=$2
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$build" --prefix "$prefix/usr" > "$prefix/install.log"
library=$(dirname "$(find "$prefix/usr" -name libthalweg.so | head -n 1)")

export PKG_CONFIG_PATH="$library/pkgconfig"
cc -std=c17 -Wall -Wextra -Wpedantic -Werror "$source/tests/install/consumer/use.c" \
    $(pkg-config --cflags --libs thalweg) -o "$prefix/by_pkg_config"
LD_LIBRARY_PATH="$library" "$prefix/by_pkg_config"

# The macros of the headers too are C++ that a careful compiler does not mind.
c++ -std=c++17 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror "$source/tests/install/consumer/use.cpp" \
    $(pkg-config --cflags --libs thalweg) -o "$prefix/cpp_by_pkg_config"
LD_LIBRARY_PATH="$library" "$prefix/cpp_by_pkg_config"

cmake -S "$source/tests/install/consumer" -B "$prefix/consumer" \
    -DCMAKE_PREFIX_PATH="$prefix/usr" > "$prefix/configure.log"
cmake --build "$prefix/consumer" > "$prefix/build.log" || { cat "$prefix/build.log"; exit 1; }
for program in use_shared use_static use_cpp; do
    LD_LIBRARY_PATH="$library" "$prefix/consumer/$program" > /dev/null
done

for header in "$prefix"/usr/include/thalweg/*.h; do
    echo "#include <thalweg/$(basename "$header")>" > "$prefix/alone.c"
    for language in c11 c17; do
        cc -std=$language -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$prefix/usr/include" "$prefix/alone.c"
    done
    c++ -x c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$prefix/usr/include" "$prefix/alone.c"
done

if nm -D --defined-only "$library/libthalweg.so" | grep ' T ' | grep -v ' tw_'; then
    echo "libthalweg.so shows names that do not start with tw_" >&2
    exit 1
fi
if nm -D --undefined-only "$library/libthalweg.so" | grep -E ' (exit|_exit|abort|printf|puts|putchar|perror|fprintf|setlocale|signal|sigaction|chdir)(@|$)'; then
    echo "libthalweg.so prints, exits or changes its host" >&2
    exit 1
fi
echo "1 passed, 0 failed"
