#!/usr/bin/env python3
"""What can be said of the plugin's PHP without a WordPress: every file is PHP, and its unit tests (unit/*_test.php). Prints TAP.

    python3 tests/plugin/php.py [word in a unit test's file]
"""
import pathlib, subprocess, sys

HERE = pathlib.Path(__file__).resolve().parent
PLUGIN = HERE.parents[1] / "plugins" / "woocommerce"


def php(*argv):
    return subprocess.run(["php", *map(str, argv)], capture_output=True, text=True, timeout=120)


def lint():
    """One test: no file has a syntax error."""
    files = [f for folder in (PLUGIN, HERE) for f in sorted(folder.rglob("*.php"))]
    wrong = [done.stdout + done.stderr for done in (php("-l", f) for f in files) if done.returncode]
    print(f"{'not ok' if wrong else 'ok'} - php: {len(files)} files are PHP")
    print("".join(f"# {line}\n" for text in wrong for line in text.splitlines()), end="")
    return not wrong


def unit(path):
    """The sentences of one file; a file that dies is one failure."""
    done = php("-d", "display_errors=stderr", "-d", "error_reporting=-1", path)
    print(done.stdout, end="", flush=True)
    said = done.stdout.count("ok - ")
    if done.returncode and "not ok - " not in done.stdout or not said:
        print(f"not ok - {path.stem} ended with {done.returncode} after {said} tests")
    print("".join(f"# {line}\n" for line in done.stderr.splitlines()), end="", flush=True)
    return done.returncode == 0 and said > 0


if __name__ == "__main__":
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    fine = [lint()] + [unit(f) for f in sorted((HERE / "unit").glob("*_test.php")) if word in f.stem]
    sys.exit(0 if all(fine) else 1)
