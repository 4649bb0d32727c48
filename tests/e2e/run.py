#!/usr/bin/env python3
"""End-to-end tests: the real binary over real sockets. Finds tests/e2e/test_*.py, runs their test_* functions in order, prints TAP.

    VITRINE=build/vitrine python3 tests/e2e/run.py [word in the test's name]
"""
import importlib, pathlib, sys, time, traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import lib


def collect(word):
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for name, body in vars(module).items():
            if name.startswith("test_") and callable(body):
                full = f"{path.stem[5:]}: {name[5:]}"
                if word in full:
                    yield full, body


def run_one(body):
    """'ok', 'skip' or 'not ok', and what to say about it."""
    try:
        body()
        return "ok", ""
    except lib.Skip as why:
        return "skip", str(why)
    except Exception:
        return "not ok", traceback.format_exc()
    finally:
        lib.clean_up()


def main():
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    failed = 0
    for number, (name, body) in enumerate(collect(word), 1):
        started = time.monotonic()
        verdict, text = run_one(body)
        if verdict == "skip":
            print(f"ok {number} - {name} # SKIP {text}", flush=True)
            continue
        print(f"{verdict} {number} - {name} # {time.monotonic() - started:.1f} s", flush=True)
        if verdict == "not ok":
            failed += 1
            print("".join(f"# {line}\n" for line in text.splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
