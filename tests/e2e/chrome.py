"""A driver of Chromium for tests, by the standard library alone: the DevTools protocol over a pipe (--remote-debugging-pipe).

    page = chrome.open(server.url("/shop/"), width=320, dark=True)
    page.click("text=Adaugă în coș"); page.wait("document.title.startsWith('Coș')"); page.press("Tab", "Enter")
    page.errors, page.layout_shift(), page.axe()

Why not Playwright: a bare Debian 12 has Chromium and Python, so tests need nothing from the network; Playwright is tested with browsers
it downloads itself, and Debian's Chromium moves on under it. What is used here of the protocol is old and stable.
A page lives in a browser context of its own: no cookie, no cache, no storage of another test. Only axe-core (tests/e2e/npm) comes from npm.
"""
import atexit, base64, fcntl, json, os, pathlib, select, shutil, signal, subprocess, tempfile, time
import lib

HERE = pathlib.Path(__file__).resolve().parent
AXE = HERE / "npm" / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check", "--disable-gpu", "--hide-scrollbars",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", "--mute-audio",
         "--disable-dev-shm-usage", "--force-color-profile=srgb", "--lang=ro"]
ANSWER_SECONDS = 60          # of one command: the machine may be busy
WAIT_SECONDS = 30
KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), " ": (32, " "), "Escape": (27, ""), "ArrowDown": (40, ""), "ArrowUp": (38, ""),
        "ArrowLeft": (37, ""), "ArrowRight": (39, ""), "Backspace": (8, ""), "End": (35, ""), "Home": (36, "")}

# Runs before any script of a page. What the browser saw since then is read by layout_shift() and long_tasks().
WATCH = """
window.__seen = { shifts: [], tasks: [] };
const watch = (type, list) => { try { new PerformanceObserver((l) => list.push(...l.getEntries())).observe({ type, buffered: true }); } catch {} };
watch('layout-shift', window.__seen.shifts); watch('longtask', window.__seen.tasks);
"""


class Trouble(AssertionError):
    """The browser did not do what was asked of it."""


class Browser:
    """One Chromium. Commands go out on its descriptor 3, answers and events come in from its descriptor 4, each ended by a NUL."""

    def __init__(self, path):
        self.profile = tempfile.mkdtemp(prefix="vitrine-chrome-")
        to_child, self.out = os.pipe()
        self.into, from_child = os.pipe()
        ends = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20) for fd in (to_child, from_child)]     # out of the way of 3 and 4
        os.close(to_child), os.close(from_child)
        argv = [path, *FLAGS, f"--user-data-dir={self.profile}", *(["--no-sandbox"] if os.geteuid() == 0 else []), "about:blank"]
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(3, 4),
                                        preexec_fn=lambda: (os.dup2(ends[0], 3), os.dup2(ends[1], 4)), start_new_session=True,
                                        env=lib.environment(HOME=self.profile))
        [os.close(fd) for fd in ends]
        self.number, self.buffer, self.answers, self.pages, self.trace = 0, b"", {}, {}, []
        self.call("Browser.getVersion")

    def send(self, method, params, session):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        return self.number

    def listen(self, seconds):
        """Take in what comes within the time; true when something came."""
        if not select.select([self.into], [], [], seconds)[0]:
            return False
        piece = os.read(self.into, 1 << 20)
        if not piece:
            raise Trouble("Chromium ended")
        *whole, self.buffer = (self.buffer + piece).split(b"\0")
        for text in whole:
            message = json.loads(text)
            if "id" in message:
                self.answers[message["id"]] = message
            elif message["method"] == "Tracing.dataCollected":
                self.trace += message["params"]["value"]
            elif message["method"] == "Tracing.tracingComplete":
                self.traced = True
            elif message.get("sessionId") in self.pages:
                self.pages[message["sessionId"]].take(message["method"], message["params"])
        return True

    def call(self, method, session=None, seconds=ANSWER_SECONDS, **params):
        number, end = self.send(method, params, session), time.monotonic() + seconds
        while number not in self.answers:
            if time.monotonic() > end:
                raise Trouble(f"no answer to {method} in {seconds} s")
            self.listen(0.5)
        answer = self.answers.pop(number)
        if "error" in answer:
            raise Trouble(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def start_trace(self):
        self.trace, self.traced = [], False
        self.call("Tracing.start", traceConfig={"includedCategories": ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel", "v8"]})

    def end_trace(self):
        """The events of the trace."""
        self.call("Tracing.end")
        end = time.monotonic() + ANSWER_SECONDS
        while not self.traced and time.monotonic() < end:
            self.listen(0.5)
        return self.trace

    def close(self):
        try:
            self.call("Browser.close", seconds=5)
            self.process.wait(5)
        except (Trouble, OSError, subprocess.TimeoutExpired):
            pass
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.out), os.close(self.into)
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    def __init__(self, browser, width, height, dark, still, mobile, scripts):
        self.browser, self.errors, self.requests, self.bytes, self.dialogs = browser, [], {}, 0, []
        self.context = browser.call("Target.createBrowserContext")["browserContextId"]
        target = browser.call("Target.createTarget", url="about:blank", browserContextId=self.context)["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.pages[self.session] = self
        for domain in ("Page", "Runtime", "Network", "Log", "Performance"):
            self.call(f"{domain}.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        self.resize(width, height, mobile)
        self.prefer(dark, still)
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        if not scripts:
            self.call("Emulation.setScriptExecutionDisabled", value=True)

    def call(self, method, **params):
        return self.browser.call(method, session=self.session, **params)

    def take(self, method, p):
        """An event of this page."""
        if method == "Runtime.exceptionThrown":
            details = p["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details.get("text"))
        elif method == "Log.entryAdded" and p["entry"]["level"] == "error":
            self.errors.append(f"{p['entry']['text']} {p['entry'].get('url', '')}".strip())
        elif method == "Runtime.consoleAPICalled" and p["type"] in ("error", "assert"):
            self.errors.append(" ".join(str(a.get("value", a.get("description"))) for a in p["args"]))
        elif method == "Network.requestWillBeSent":
            self.requests[p["requestId"]] = {"url": p["request"]["url"], "method": p["request"]["method"], "body": p["request"].get("postData")}
        elif method == "Network.responseReceived":
            self.requests.setdefault(p["requestId"], {})["status"] = p["response"]["status"]
        elif method == "Network.loadingFinished":
            self.bytes += p["encodedDataLength"]
            self.requests.setdefault(p["requestId"], {})["bytes"] = p["encodedDataLength"]
        elif method == "Page.javascriptDialogOpening":
            self.dialogs.append(p["message"])
            self.browser.send("Page.handleJavaScriptDialog", {"accept": True}, self.session)

    # ---- where ----
    def resize(self, width, height=900, mobile=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def prefer(self, dark=False, still=False):
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                    {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def block(self, *patterns):
        """Addresses that cannot be reached from now on: "*/v.js*"."""
        self.call("Network.setBlockedURLs", urls=list(patterns))

    def go(self, url):
        answer = self.call("Page.navigate", url=url)
        if answer.get("errorText"):
            raise Trouble(f"{url}: {answer['errorText']}")
        self.settle()
        return self

    def settle(self, seconds=WAIT_SECONDS):
        """Until the document and all it asked for is loaded."""
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'", seconds)

    def url(self):
        return self.eval("location.href")

    # ---- what is there ----
    def eval(self, expression):
        """Value of an expression in the page; promises are waited for. Not held back by the page's policy."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise Trouble(f"{expression[:200]}: {details.get('exception', {}).get('description', details['text'])}")
        return answer["result"].get("value")

    def wait(self, expression, seconds=WAIT_SECONDS):
        """Until the expression is true in the page (of whatever document is there then); its value."""
        last, end = None, time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                last = self.eval(expression)
                if last:
                    return last
            except Trouble as trouble:                      # a document on its way out
                last = trouble
            self.browser.listen(0.03)
        raise Trouble(f"waited {seconds} s in vain for {expression[:300]}; last {last!r}; at {self.url()}; errors {self.errors[-3:]}")

    def find(self, what):
        """JavaScript for the first visible element of a CSS selector, or of "text=WORDS" in a link, button or label.
        Looks into open shadow roots too."""
        return f"""(() => {{
            const what = {json.dumps(what)}, words = what.startsWith('text=') ? what.slice(5) : null, found = [];
            const look = (root) => {{ for (const e of root.querySelectorAll('*')) {{ found.push(e); if (e.shadowRoot) look(e.shadowRoot); }} }};
            look(document);
            const seen = (e) => {{ const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0 && getComputedStyle(e).visibility !== 'hidden'; }};
            return found.find((e) => seen(e) && (words ? e.matches('a,button,label,summary,[role=button]') && e.textContent.includes(words)
                                                       : e.matches(what))) || null;
        }})()"""

    def sees(self, what):
        return self.eval(f"!!{self.find(what)}")

    def text(self, what="body"):
        return self.eval(f"{self.find(what)}?.innerText")

    def count(self, selector):
        return self.eval(f"document.querySelectorAll({json.dumps(selector)}).length")

    # ---- what a person does ----
    def click(self, what):
        """With the mouse, in the middle of the element, which must not be covered."""
        place = self.wait(f"""(() => {{ const e = {self.find(what)}; if (!e) return null; e.scrollIntoView({{ block: 'center', behavior: 'instant' }});
            const r = e.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2;
            let top = document.elementFromPoint(x, y); while (top && top.shadowRoot) top = top.shadowRoot.elementFromPoint(x, y);
            for (let at = top; at; at = at.parentNode || at.host) if (at === e) return {{ x, y }};
            return null; }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def move(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def press(self, *keys, shift=False):
        for key in keys:
            code, text = KEYS.get(key, (ord(key[0].upper()), key))
            common = {"key": key, "code": key if len(key) > 1 else f"Key{key.upper()}", "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
            self.call("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
            self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        """Into what has the focus."""
        self.call("Input.insertText", text=text)

    def tab_to(self, what, most=200):
        """Press Tab until the element has the focus; fails when it cannot be reached so."""
        for _ in range(most):
            if self.eval(f"(() => {{ let a = document.activeElement; while (a && a.shadowRoot && a.shadowRoot.activeElement) a = a.shadowRoot.activeElement;"
                         f" return a === {self.find(what)}; }})()"):
                return
            self.press("Tab")
        raise Trouble(f"{what} is not reached by Tab on {self.url()}")

    def scroll(self, y):
        self.eval(f"window.scrollTo({{ top: {y}, behavior: 'instant' }})")

    # ---- what is measured ----
    def layout_shift(self):
        """Sum of all shifts that no press of the visitor caused."""
        self.eval("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
        return self.eval("window.__seen.shifts.filter((s) => !s.hadRecentInput).reduce((sum, s) => sum + s.value, 0)")

    def shifted(self):
        """What moved by itself: ["0.02 main>div.slot"], for messages of tests."""
        return self.eval("window.__seen.shifts.filter((s) => !s.hadRecentInput).map((s) => s.value.toFixed(4) + ' ' + s.sources.map((x) => x.node"
                         " && (x.node.nodeName + '.' + (x.node.className || '')) + JSON.stringify([x.previousRect, x.currentRect])).join(' '))")

    def long_tasks(self):
        """Milliseconds of each task over 50 ms."""
        return self.eval("window.__seen.tasks.map((t) => t.duration)")

    def count_cpu(self):
        """script_ms() counts processor time from now on, not time by the clock; before the page is opened."""
        self.call("Performance.disable")
        self.call("Performance.enable", timeDomain="threadTicks")

    def script_ms(self):
        """Milliseconds the main thread ran scripts of this page's documents."""
        metrics = {m["name"]: m["value"] for m in self.call("Performance.getMetrics")["metrics"]}
        return 1000 * metrics["ScriptDuration"]

    def overflow(self):
        """Pixels the document is wider than the window."""
        return self.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def axe(self, rules=None):
        """What axe-core has to say of the page, open shadow roots included: ["rule: where"]; `rules` names some of them only.
        Skips where axe-core is not installed."""
        if not AXE.exists():
            raise lib.Skip("axe-core is not installed (script/packages test, then npm ci in tests/e2e/npm)")
        if not self.eval("!!window.axe"):
            self.eval(AXE.read_text() + "; true")
        only = rules or ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        return self.eval(f"axe.run(document, {{ runOnly: {json.dumps(only)}, resultTypes: ['violations'] }}).then((r) => r.violations.map("
                         "(v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target + ' ' + n.failureSummary).join(' | ')))")

    def screenshot(self, path, whole=False):
        """PNG of the window, or of the whole page."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        self.browser.pages.pop(self.session, None)
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)


_browser = None


def find():
    """Path of Chromium; skips the test where there is none."""
    path = os.environ.get("CHROMIUM") or next((p for p in map(shutil.which, NAMES) if p), None)
    if not path:
        raise lib.Skip("Chromium is not installed (script/packages test)")
    return path


def open(url, width=1280, height=900, dark=False, still=False, mobile=False, scripts=True, block=()):
    """A fresh page at that address. The browser is started with the first one and ends with the tests of the file."""
    global _browser
    if not _browser or _browser.process.poll() is not None:
        _browser = Browser(find())
        atexit.register(_browser.close)
    page = Page(_browser, width, height, dark, still, mobile, scripts)
    if block:
        page.block(*block)
    return page.go(url)
