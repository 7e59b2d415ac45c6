# The few verbs a person types; CMake does the work. `make` alone builds build/release/thalweg.
BUILD := build/release
JOBS ?= $(shell nproc)

.PHONY: all try test bench check format docs install clean deps debug sanitize
all: deps
	@cmake --preset release $(CMAKE_FLAGS) > /dev/null
	@cmake --build $(BUILD) --parallel $(JOBS) --target thalweg_cli thalweg_shared

# Installs what is missing, builds, trains the built-in network and shows what it learned.
try: all
	@$(BUILD)/thalweg train

# Warnings are errors; every test, then every test again under the sanitizers.
test: deps debug sanitize
	@ctest --preset debug --parallel $(JOBS)
	@ctest --preset sanitize --parallel $(JOBS)

debug sanitize: deps
	@cmake --preset $@ $(CMAKE_FLAGS) > /dev/null && cmake --build build/$@ --parallel $(JOBS)

# Measures against this machine's limits, and against torch where it is installed.
bench: all
	@cmake --build $(BUILD) --parallel $(JOBS) --target $(patsubst bench/%.c,bench_%,$(wildcard bench/*.c))
	@scripts/bench $(BUILD)

# What clang says, and where the layout is not clang-format's.
check: deps
	@scripts/check

format:
	@git ls-files '*.c' '*.h' '*.cpp' | xargs clang-format -i

docs: all
	@cmake --build $(BUILD) --parallel $(JOBS) --target example_draw_methods
	@scripts/docs $(BUILD)

install: all
	@cmake --install $(BUILD) $(if $(PREFIX),--prefix $(PREFIX))

deps:
	@scripts/install-deps

clean:
	@rm -rf build
