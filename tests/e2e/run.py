#!/usr/bin/env python3
"""End-to-end tests: the real binary over real sockets. Finds tests/e2e/test_*.py, runs their test_* functions in order, prints TAP.
The files run side by side, each in a process of its own, as many as there are processors: most tests wait more than they work.

    VITRINE=build/vitrine python3 tests/e2e/run.py [--in FOLDER] [word in the test's name]

FOLDER is another one with such files, tests/plugin for one.
"""
import concurrent.futures, importlib, os, pathlib, subprocess, sys, time, traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import lib

ONE_FILE = "--file"


def collect(path, word):
    """(name, function) of the tests in a file, those that it only imports left out."""
    sys.path.insert(0, str(path.parent)) if str(path.parent) not in sys.path else None
    module = importlib.import_module(path.stem)
    named = [(f"{path.stem[5:]}: {name[5:]}", body) for name, body in vars(module).items() if name.startswith("test_") and callable(body)]
    return [(name, body) for name, body in named if word in name and body.__module__ == path.stem]


def run_one(body):
    """'ok', 'skip' or 'not ok', and what to say about it."""
    try:
        try:
            body()
        finally:
            lib.clean_up()
        return "ok", ""
    except lib.Skip as why:
        return "skip", str(why)
    except Exception:
        return "not ok", traceback.format_exc()


def run_file(path, word):
    """Prints the verdicts of one file; how many failed."""
    failed = 0
    for name, body in collect(path, word):
        started = time.monotonic()
        verdict, text = run_one(body)
        if verdict == "skip":
            print(f"ok - {name} # SKIP {text}", flush=True)
            continue
        print(f"{verdict} - {name} # {time.monotonic() - started:.1f} s", flush=True)
        if verdict == "not ok":
            failed += 1
            print("".join(f"# {line}\n" for line in text.splitlines()), flush=True)
    return failed


def follow(path, word):
    """Run a file in a process of its own and pass its lines on as they come; true when all went well."""
    argv = [sys.executable, __file__, ONE_FILE, str(path), word]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
    if process.wait() not in (0, 1):
        print(f"not ok - {path.stem} ended with {process.returncode}", flush=True)
    return process.returncode == 0


def main(argv):
    if argv[:1] == [ONE_FILE]:
        return 1 if run_file(pathlib.Path(argv[1]), argv[2]) else 0
    folder = HERE
    if argv[:1] == ["--in"]:
        folder, argv = pathlib.Path(argv[1]).resolve(), argv[2:]
    word = argv[0] if argv else ""
    files = [path for path in sorted(folder.glob("test_*.py"), key=lambda p: -p.stat().st_size) if collect(path, word)]
    with concurrent.futures.ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        return 0 if all(list(pool.map(lambda path: follow(path, word), files))) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
