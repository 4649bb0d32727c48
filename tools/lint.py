#!/usr/bin/env python3
"""Rules a script can check: includes go down only (src/LAYERS), one owner per library header, no banned calls,
no file or function over its budget, headers compile alone, no clang warnings, no unfinished merge."""
import hashlib, pathlib, re, subprocess, sys
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
FILE_LINES = {".c": 800, ".h": 280}
FUNCTION_LINES = 100
LINE = 140
BANNED = re.compile(r'(?<![\w."])(strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atof|strtol|localtime|gmtime|rand|alloca|setlocale|time)\s*\(')
MALLOC = re.compile(r'(?<![\w."])(malloc|calloc|realloc)\s*\(')
SYSTEM = re.compile(r'^\s*#\s*include\s+<([^>]+)>', re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"/]+)/([^"]+)"', re.M)
# malloc lives in base/; these own objects with a life of their own (threads, connections, snapshots) and free them in x_free
MAY_ALLOCATE = ("base/", "net/http_server.c", "net/http_client.c", "storage/", "stores/", "events/", "decide/", "api/", "jobs/", "app/", "eval/")

def read_layers():
    allowed, owner, bad = {}, {}, []
    for line in (SRC / "LAYERS").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, deps = line.rsplit(":", 1) if line.startswith("@") else line.split(":")
        if name.startswith("@"):
            owner[name[1:].strip()] = deps.split()
            continue
        for dep in deps.split():                    # listing order is the layer order: a cycle cannot be written down
            if dep not in allowed:
                bad.append(f"src/LAYERS: {name} names {dep}, which is not below it")
        allowed[name.strip()] = set(deps.split())
    return allowed, owner, bad

def strip_comments(text):
    return re.sub(r'/\*.*?\*/|//[^\n]*', lambda m: "\n" * m.group().count("\n"), text, flags=re.S)

def long_functions(path, code):
    start = None
    for i, line in enumerate(code.splitlines(), 1):
        if re.match(r'^[A-Za-z_].*\)\s*\{\s*$', line):
            start = i
        elif line == "}" and start:
            if i - start > FUNCTION_LINES:
                yield f"{path}:{start}: function of {i - start} lines, budget {FUNCTION_LINES}"
            start = None

def check_source(path, allowed, owner):
    here, bad = path.relative_to(SRC).as_posix(), []
    module, text = here.split("/")[0], path.read_text()
    shown = path.relative_to(ROOT)
    if module not in allowed:
        return [f"{shown}: module '{module}' is missing from src/LAYERS"]
    for dep, header in INCLUDE.findall(text):
        if dep != module and dep not in allowed[module]:
            bad.append(f"{shown}: {module} may not include {dep}/")
        elif dep != module and header.endswith("_int.h"):
            bad.append(f"{shown}: {dep}/{header} is private to {dep}")
    bad += [f"{shown}: <{h}> belongs to {owner[h][0]}" for h in SYSTEM.findall(text) if h in owner and here not in owner[h]]
    code = strip_comments(text)
    bad += [f"{shown}: banned call {m}()" for m in sorted(set(BANNED.findall(code)))]
    if MALLOC.search(code) and not here.startswith(MAY_ALLOCATE):
        bad.append(f"{shown}: heap allocation outside base/: take it from an arena")
    if path.suffix == ".h" and "#pragma once" not in text:
        bad.append(f"{shown}: no #pragma once")
    return bad

def check_shape(path):
    shown, text = path.relative_to(ROOT), path.read_text()
    budget = FILE_LINES[path.suffix]
    bad = [f"{shown}: {text.count(chr(10))} lines, budget {budget}"] if text.count("\n") > budget else []
    bad += [f"{shown}:{i}: line of {len(l)}" for i, l in enumerate(text.splitlines(), 1) if len(l) > LINE]
    bad += [f"{shown}:{i}: trailing white space" for i, l in enumerate(text.splitlines(), 1) if l != l.rstrip()]
    bad += [f"{shown}:{i}: tab" for i, l in enumerate(text.splitlines(), 1) if "\t" in l]
    return bad + list(long_functions(shown, strip_comments(text)))

def clang_flags():
    out = subprocess.run(["make", "-s", "-pn"], cwd=ROOT, capture_output=True, text=True).stdout
    flags = re.search(r'^CFLAGS := (.*)$', out, re.M).group(1)
    return subprocess.run(["sh", "-c", f"printf '%s\\n' {flags}"], cwd=ROOT, capture_output=True, text=True).stdout.split("\n")[:-1]

class Clean:
    """Files clang had nothing to say of, by what they and all they include hold: they need not be asked about again."""
    def __init__(self, flags):
        version = subprocess.run(["clang", "--version"], capture_output=True, text=True).stdout
        self.common = "\0".join([version, *flags])
        self.file = ROOT / "build" / "lint-clean"
        self.known = set(self.file.read_text().split()) if self.file.exists() else set()
        self.read, self.now = {}, set()

    def look(self, path):
        """Hash of its text, and what it includes of ours."""
        if path not in self.read:
            text = path.read_bytes()
            named = re.findall(rb'^\s*#\s*include\s+"([^"]+)"', text, re.M)
            found = [d / n.decode() for n in named for d in (path.parent, SRC, ROOT) if (d / n.decode()).is_file()]
            self.read[path] = hashlib.sha256(text).hexdigest(), found
        return self.read[path]

    def key(self, path):
        seen, left = set(), [path.resolve()]
        while left:
            at = left.pop()
            if at not in seen:
                seen.add(at)
                left += [p.resolve() for p in self.look(at)[1]]
        return hashlib.sha256("\0".join([self.common, str(path.relative_to(ROOT)), *sorted(self.look(p)[0] for p in seen)]).encode()).hexdigest()

    def ask(self, path, flags):
        key = self.key(path)
        bad = [] if key in self.known else clang(path, flags)
        if not bad:
            self.now.add(key)
        return bad

    def keep(self):
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_text("\n".join(sorted(self.now)))

def clang(path, flags):
    what = ["-x", "c", str(path)]
    if path.suffix == ".h":                         # a header must compile alone
        what = ["-include", str(path), "-Wno-empty-translation-unit", "-Wno-unused-function", "-x", "c", "/dev/null"]
    run = subprocess.run(["clang", *flags, "-fsyntax-only", *what], cwd=ROOT, capture_output=True, text=True)
    return run.stderr.splitlines()[:8] if run.returncode else []

def unmerged():
    """Marks that a merge left behind, in any text of the repository."""
    texts = [p for pattern in ("*.md", "src/**/*", "tests/**/*", "docs/**/*", "script/*", "tools/*", "Makefile") for p in ROOT.glob(pattern)]
    for path in texts:
        if path.is_file() and re.search(rb"^(<{7}|>{7}) ", path.read_bytes(), re.M):
            yield f"{path.relative_to(ROOT)}: a merge was not finished here"

def main():
    allowed, owner, bad = read_layers()
    sources = sorted(SRC.rglob("*.[ch]"))
    others = [p for d in ("tests", "fuzz", "bench", "tools") for p in sorted((ROOT / d).rglob("*.[ch]"))]
    for path in sources:
        bad += check_source(path, allowed, owner)
    for path in sources + others:
        bad += check_shape(path)
    bad += unmerged()
    flags = [f for f in clang_flags() if not f.startswith("-O")]
    clean = Clean(flags)
    with ThreadPoolExecutor() as pool:
        for found in pool.map(lambda p: clean.ask(p, flags), sources + others):
            bad += found
    clean.keep()
    print("\n".join(bad) if bad else f"lint ok: {len(allowed)} modules, {len(sources) + len(others)} files")
    return bool(bad)

if __name__ == "__main__":
    sys.exit(main())
