# Vitrine. `make` builds build/vitrine; `make help` lists the rest. Packages: script/packages.
# Variants: BUILD=build/asan SAN=1 (ASan, UBSan, coverage), CC=clang.
CC      := gcc
BUILD   := build
PKGS    := libmicrohttpd libcurl jansson sqlite3 libsodium zlib libxxhash libutf8proc openblas
VERSION := $(shell cat VERSION)

WARN    := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
CFLAGS  := -std=gnu17 -D_GNU_SOURCE -DVITRINE_VERSION='"$(VERSION)"' -O2 -g -pthread -fno-math-errno $(WARN) -Isrc -I. $(shell pkg-config --cflags $(PKGS))
LDLIBS  := $(shell pkg-config --libs $(PKGS)) -lstemmer -lxgboost -lm -pthread
ifdef SAN
CFLAGS  += -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
endif
ifdef FUZZING
CFLAGS  += -fsanitize=fuzzer-no-link
endif
ifdef TSAN
CFLAGS  += -O1 -fsanitize=thread -fno-omit-frame-pointer
LDFLAGS += -fsanitize=thread
endif
ifdef COVER
# -pthread would make every counter an atomic addition, which costs loops of several threads six times their work; plain counters may
# lose counts, and what gcov derives from them may come out negative, so `coverage` lets gcovr pass over such lines
CFLAGS  += --coverage -fprofile-update=single
LDFLAGS += --coverage
endif

WIDGET := web/widget
WIDGET_FILES := $(BUILD)/widget_files.c
SRC  := $(filter-out src/app/main.c,$(wildcard src/*/*.c))
OBJ  := $(SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/widget_files.o
TEST := $(wildcard tests/*.c tests/*/*.c)
FUZZ := $(patsubst fuzz/%.c,$(BUILD)/%,$(wildcard fuzz/*_fuzz.c))
BENCH := $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*_bench.c))

.PHONY: all help test unit e2e asan tsan widget plugin lint format bench fuzz fuzz-targets coverage clean
all: $(BUILD)/vitrine                  ## build/vitrine

help:                                  ## this list
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

$(BUILD)/libvitrine.a: $(OBJ)
	@rm -f $@ && ar rcs $@ $^
$(BUILD)/vitrine: $(BUILD)/obj/src/app/main.o $(BUILD)/libvitrine.a
	@echo "  link $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/tests: $(TEST:%.c=$(BUILD)/obj/%.o) $(BUILD)/libvitrine.a
	@echo "  link $@"
	@$(CC) $(LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc -o $@ $^ $(LDLIBS) -lcmocka
$(BUILD)/bench/%: $(BUILD)/obj/bench/%.o $(BUILD)/libvitrine.a
	@mkdir -p $(@D)
	@echo "  link $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/%_fuzz: $(BUILD)/obj/fuzz/%_fuzz.o $(BUILD)/libvitrine.a
	@echo "  link $@"
	@$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)
$(BUILD)/obj/src/front/files.o: $(wildcard web/shop/*)
$(BUILD)/obj/src/num/net.o: CFLAGS += -O3      # its loops are for the compiler to vectorise
$(BUILD)/obj/%.o: %.c Makefile VERSION
	@mkdir -p $(@D)
	@echo "  cc   $<"
	@$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

# The widget is built by node and put into the program as one C file.
NEEDS_NODE = command -v node >/dev/null && command -v npm >/dev/null || { \
	echo "The widget is built with nodejs (18 or later) and npm, and they are not here. Install them: script/packages build" >&2; exit 1; }
$(WIDGET)/node_modules/.package-lock.json: $(WIDGET)/package-lock.json
	@$(NEEDS_NODE)
	@echo "  npm  $(WIDGET)"
	@cd $(WIDGET) && npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error >/dev/null || { \
	    echo "npm could not fetch what $(WIDGET)/package-lock.json names; it is needed once. Look at the message above, then make again." >&2; exit 1; }
	@touch $@
$(WIDGET_FILES): $(WIDGET)/node_modules/.package-lock.json $(WIDGET)/build.mjs $(shell find $(WIDGET)/src -type f)
	@$(NEEDS_NODE)
	@mkdir -p $(@D)
	@echo "  node $(WIDGET)"
	@node $(WIDGET)/build.mjs $(BUILD)/widget $@
$(BUILD)/obj/widget_files.o: $(WIDGET_FILES)
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

test:                                  ## everything: lint, unit and end-to-end tests under the sanitizers, figures, coverage
	script/test
unit: $(BUILD)/tests                   ## C tests of this build; T=word runs those whose name holds it
	$(BUILD)/tests $(T)
e2e: $(BUILD)/vitrine                  ## end-to-end tests of this build
	VITRINE=$(BUILD)/vitrine python3 tests/e2e/run.py $(T)
asan:                                  ## the sanitizer build and its tests
	$(MAKE) BUILD=build/asan SAN=1 COVER=1 build/asan/vitrine unit
tsan:                                  ## the unit tests under the thread sanitizer
	$(MAKE) BUILD=build/tsan TSAN=1 unit
widget: $(WIDGET_FILES)                ## what runs in shops' pages: types checked, its unit tests
	cd $(WIDGET) && node_modules/.bin/tsc -p tsconfig.json && node test.mjs
plugin:                                ## the WordPress plugin: build/vitrine-VERSION.zip
	@python3 tools/plugin.py $(BUILD)/vitrine-$(VERSION).zip
lint:                                  ## layers, banned calls, sizes, clang's warnings
	python3 tools/lint.py
bench: $(BUILD)/vitrine $(BENCH)       ## measure; prints one JSON line a figure
	bench/run $(BUILD)
fuzz-targets: $(FUZZ)
fuzz:                                  ## every fuzz target for FUZZ_SECONDS (60) each
	fuzz/run
coverage:                              ## lines of src/ the tests run, from the last sanitizer run
	gcovr --root . --filter src/ --object-directory build/asan --gcov-ignore-parse-errors --print-summary --fail-under-line 85 --output build/coverage.txt
clean:                                 ## forget everything built
	rm -rf build
