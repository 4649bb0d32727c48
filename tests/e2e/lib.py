"""What end-to-end tests share: the binary, temporary data folders, servers that are stopped after each test, HTTP, databases."""
import contextlib, http.client, json, os, pathlib, secrets, shutil, signal, socket, sqlite3, subprocess, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = str((ROOT / os.environ.get("VITRINE", "build/vitrine")).resolve())
SHARED = pathlib.Path(os.environ.get("VITRINE_SHARED", ROOT / ".." / "shared"))
PROCESS_PAUSE = 0.5         # between looks that start a process each: more of them starve the job they wait for
START_SECONDS = 180         # the sanitizer build on a busy machine, where jobs (at low priority) get the least


class Skip(Exception):
    """Raised by a test that cannot run on this machine; the text says why."""


_folders, _processes, _afterwards, _ports = [], [], [], []


def shared(below):
    """Path of shared material; skips the test where it is missing."""
    path = SHARED / below
    if not path.exists():
        raise Skip(f"{below} is not on this machine")
    return path


def afterwards(check):
    """Call check() once when the test is over, its processes ended; what it raises fails the test."""
    _afterwards.append(check)


def folder():
    """A fresh folder, removed after the test."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="vitrine-e2e-"))
    _folders.append(path)
    return path


def free_port():
    """A port nobody listens on, this process's until it ends. Others look for one at the same time, and a server may come back to its own
    later: so each process holds the same number for UDP, which nobody uses, and below the range from which the system gives ports by itself."""
    while True:
        port, mark = 20000 + secrets.randbelow(12768), socket.socket(type=socket.SOCK_DGRAM)
        try:
            mark.bind(("127.0.0.1", port))
            with socket.socket() as s:
                s.bind(("127.0.0.1", port))
        except OSError:
            mark.close()
            continue
        _ports.append(mark)
        return port


def environment(**extra):
    """A clean environment: settings of the machine must not leak into tests."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("VITRINE", "WOOCOMMERCE", "WC_"))}
    env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
    env.update(extra)
    return env


def run(*args, ok=True, timeout=300, cwd=None, env=None, stdin=None):
    """Run `vitrine ARGS`; returns the finished process. With ok=True a non-zero exit fails the test, with ok=False a zero one does;
    ok=None takes any. The time-out is for what hangs: a training under ASan takes a minute and a half on a busy machine."""
    done = subprocess.run([BINARY, *map(str, args)], capture_output=True, text=True, timeout=timeout, cwd=cwd, input=stdin,
                          env=env or environment())
    if "AddressSanitizer" in done.stderr or "runtime error:" in done.stderr or "LeakSanitizer" in done.stderr:
        raise AssertionError(f"sanitizer report of vitrine {args}:\n{done.stderr[-6000:]}")
    if ok is not None and (done.returncode == 0) != ok:
        raise AssertionError(f"vitrine {' '.join(map(str, args))} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done


def run_json(*args, **kw):
    """Run a command with --json and read its last line."""
    return json.loads(run(*args, "--json", **kw).stdout.strip().splitlines()[-1])


def spawn(argv, env=None, cwd=None):
    """Start a process that is killed after the test; its output goes to a file (process.log)."""
    log = tempfile.NamedTemporaryFile(prefix="vitrine-e2e-", suffix=".log", delete=False)
    process = subprocess.Popen([str(a) for a in argv], stdout=log, stderr=subprocess.STDOUT, env=env or environment(), cwd=cwd)
    process.log = log.name
    _processes.append(process)
    return process


def wait_until(what, seconds=START_SECONDS, pause=0.05):
    """Call what() until it answers something true; its last error or value goes into the failure."""
    last, end = None, time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            last = what()
            if last:
                return last
        except (OSError, http.client.HTTPException) as e:
            last = e
        time.sleep(pause)
    raise AssertionError(f"waited {seconds} s in vain; last: {last!r}")


class Server:
    """`vitrine serve` on a free port."""

    def __init__(self, data, *args, env=None, wait_ready=True, port=None):
        self.port = port or free_port()
        self.process = spawn([BINARY, "serve", "--data", data, "--port", self.port, *args], env=env)
        path = "/readyz" if wait_ready else "/healthz"
        wait_until(lambda: self.alive() and self.get(path)[0] == 200)

    def alive(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log()[-6000:]}")
        return True

    def log(self):
        return pathlib.Path(self.process.log).read_text(errors="replace")

    def request(self, method, path, body=None, headers=None, timeout=30):
        """(status, headers in lower case, body bytes)"""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)) as c:
            c.request(method, path, body, headers or {})
            answer = c.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    def get(self, path, key=None, **kw):
        status, _, body = self.request("GET", path, headers=bearer(key), **kw)
        return status, as_json(body)

    def post(self, path, value, key=None, headers=None, **kw):
        body = value if isinstance(value, (bytes, str)) else json.dumps(value)
        headers = {"Content-Type": "application/json", **bearer(key), **(headers or {})}
        status, _, answer = self.request("POST", path, body, headers, **kw)
        return status, as_json(answer)

    def stop(self, sig=signal.SIGTERM, seconds=20):
        self.process.send_signal(sig)
        code = self.process.wait(seconds)
        if sig == signal.SIGTERM and ("Sanitizer" in self.log() or "runtime error:" in self.log()):
            raise AssertionError(f"sanitizer report:\n{self.log()[-6000:]}")
        return code


def bearer(key):
    return {"Authorization": f"Bearer {key}"} if key else {}


def as_json(body):
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


def dump(data, leave_out=()):
    """Every row of every table of a data folder as {table: sorted rows}; `leave_out` names columns that may differ."""
    with contextlib.closing(sqlite3.connect(f"file:{data}/vitrine.db?mode=ro", uri=True)) as db:
        tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type='table' AND name LIKE '%_row'")]
        result = {}
        for table in sorted(tables):
            columns = [r[1] for r in db.execute(f"PRAGMA table_info({table})") if r[1] not in leave_out]
            rows = db.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            result[table] = sorted(rows, key=repr)
        return result


def sql(data, statement, *binds):
    """Rows of a reading statement."""
    with contextlib.closing(sqlite3.connect(f"file:{data}/vitrine.db?mode=ro", uri=True)) as db:
        return db.execute(statement, binds).fetchall()


def end(process):
    """Ask first: a program that ends by itself tells of leaks and writes down which lines it ran."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
    if process.poll() is None:
        process.kill()
        process.wait()


def clean_up():
    """After each test: no process and no folder stays. A sanitizer's report of any process fails the test."""
    reports = []
    for process in _processes:
        end(process)
        text = pathlib.Path(process.log).read_text(errors="replace")
        reports += [text[-6000:]] if "Sanitizer" in text or "runtime error:" in text else []
        os.unlink(process.log)
    for path in _folders:
        shutil.rmtree(path, ignore_errors=True)
    checks = list(_afterwards)
    [some.clear() for some in (_processes, _folders, _afterwards)]
    if reports:
        raise AssertionError("sanitizer report:\n" + "\n".join(reports))
    for check in checks:
        check()
