"""A shop and a server that know each other: connected as an owner does it, by the plugin's page, and copied. Made once for a file of tests;
each test then starts from that moment, with its own copy of the server's data, on the same ports."""
import atexit, pathlib, re, shutil, tempfile
import lib, shop

SECONDS = 150          # of the first copy, by a sanitizer build on a busy machine
TOLD = 75                    # what could not be taken twice is sent again after a minute


def code(server, data):
    """The line `vitrine connect code` prints for the owner."""
    line = lib.run_json("connect", "code", "--data", data, "--webhook-base", f"http://127.0.0.1:{server.port}")["address"]
    return line


def told(page):
    """What a page of wp-admin tells the owner: its notices."""
    return " ".join(re.sub(r"<[^>]+>", "", text) for text in re.findall(r'<\w+[^>]* role="(?:alert|status)"[^>]*>(.*?)</(?:div|p)>', page.text, re.S))


def connect(site, line):
    """What the owner is told after pasting the line into the plugin's page."""
    return told(site.submit("/wp-admin/admin.php?page=vitrine", "vitrine_connect", {"line": line}))


def options(site):
    return site.php("return get_option('vitrine');")


def status(site, server):
    return server.get("/api/v1/store", key=options(site)["secret_key"])[1]


def copied(site, server):
    """True when the first copy is there. A training may wait for a better moment: it is asked for when wanted."""
    jobs = server.get("/api/v1/jobs", key=options(site)["secret_key"])[1]["jobs"]
    failed = [job for job in jobs if job["state"] == "failed"]
    assert not failed, failed
    return [job for job in jobs if job["kind"] == "sync" and job["state"] == "done"] and not [job for job in jobs if job["state"] == "running"]


def settle(site, server):
    """Until the shop is copied."""
    try:
        lib.wait_until(lambda: copied(site, server), SECONDS, 0.3)
    except AssertionError as late:
        jobs = server.get("/api/v1/jobs", key=options(site)["secret_key"])[1]["jobs"]
        raise AssertionError(f"{late}\n{jobs}\n{server.log()[-3000:]}\n{(site.root / 'php.log').read_text()[-2000:]}")


class Joined:
    """`site`, `server`, `data` (its folder), `store` (its number), `name`."""

    def __init__(self, site, server, data):
        self.site, self.server, self.data = site, server, data
        kept = options(site)
        self.store, self.name, self.secret = kept["store_id"], kept["store"], kept["plugin_secret"]
        self.key, self.public = kept["secret_key"], kept["public_key"]

    def sql(self, statement, *binds):
        return lib.sql(self.data, statement, *binds)

    def told(self, kind, least=1):
        """(product, answer, visitor) of events of a kind, once there are so many."""
        rows = lambda: self.sql("SELECT product_id, rec_id, visitor_id FROM event_row WHERE kind = ? AND store_id = ? ORDER BY event_id", kind, self.store)
        lib.wait_until(lambda: len(rows()) >= least, TOLD)
        return rows()

    def recommend(self, **what):
        status, answer = self.server.post("/api/v1/recommendations", what, key=self.key)
        assert status == 200, answer
        return answer


_kept, _port = None, None


def first():
    """Install, connect, copy, learn: what an owner sees in his first minute."""
    global _kept, _port
    site = shop.fresh()
    data = lib.folder()
    lib.run("stores", "list", "--data", data, ok=None)
    server = lib.Server(data)
    said = connect(site, code(server, data))
    assert "Connected." in said, said
    settle(site, server)
    lib.run("stores", "settings", options(site)["store"], "holdout_percent=0", "--data", data)     # who is held out sees nothing, by chance
    server.stop()
    lib.run("train", "--data", data)
    _kept = pathlib.Path(tempfile.mkdtemp(prefix="vitrine-joined-"))
    atexit.register(shutil.rmtree, _kept, True)
    shutil.copytree(data, _kept / "data")
    site.keep("joined")
    _port = server.port


def joined(theme="classic-shop"):
    """A fresh pair."""
    if not _kept:
        first()
    site = shop.fresh(theme=theme, active=False, kept="joined")
    data = lib.folder() / "data"
    shutil.copytree(_kept / "data", data)
    return Joined(site, lib.Server(data, port=_port), data)
