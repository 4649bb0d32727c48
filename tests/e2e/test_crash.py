"""kill -9 at random moments: while a shop is learned, while a server takes webhooks, while the demonstration shop is made.
Each time the database opens, nothing acknowledged is missing, and only whole snapshots are served."""
import concurrent.futures, contextlib, copy, random, sqlite3, subprocess, threading, time
from fake_shop import FakeShop, Invented, send_webhook
from lib import BINARY, Server, as_json, environment, folder, free_port, run, run_json, sql, wait_until
from test_api import demo_folder
from test_woocommerce import connect, count, expire, sync

STARTED = time.time()
CHAINS, KILLS_EACH = 5, 4           # chains run side by side; a job whose process dies five times in a row is given up, by design


def side_by_side(body):
    """Run body(seed) for each chain; what they return."""
    with concurrent.futures.ThreadPoolExecutor(CHAINS) as pool:
        return list(pool.map(body, range(CHAINS)))


def start(*args):
    return subprocess.Popen([BINARY, *map(str, args)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())


def kill_after(process, seconds):
    """True when the process still ran."""
    time.sleep(seconds)
    ran = process.poll() is None
    process.kill()
    process.wait()
    return ran


def seconds_of(*args):
    started = time.monotonic()
    run(*args)
    return time.monotonic() - started


def check_opens(data):
    assert sql(data, "PRAGMA integrity_check") == [("ok",)]


def check_serves(data, at_least):
    """The newest version whose row says so is served, whole; its number never falls."""
    version = sql(data, "SELECT version FROM model_row WHERE state = 'serving'")
    assert len(version) == 1 and version[0][0] >= at_least, (version, at_least)
    answer = run_json("recommend", "--data", data)
    assert answer["model_version"] == version[0][0] and len(answer["items"]) >= 3, answer
    return version[0][0]


def test_a_killed_training_leaves_what_was_served():
    longest_s = seconds_of("train", "--data", demo_folder())

    def chain(seed):
        data, draw, version, hits = folders[seed], random.Random(seed), 1, 0
        for _ in range(KILLS_EACH):
            hits += kill_after(start("train", "--data", data), draw.random() * longest_s * 1.5)
            check_opens(data)
            version = check_serves(data, version)
            expire(data)
        assert run_json("train", "--data", data)["version"] > version
        check_serves(data, version + 1)
        files = {p.name for p in (data / "stores" / "1").iterdir()}
        assert files == {r[0].rsplit("/", 1)[1] for r in sql(data, "SELECT artifact FROM model_row")}, "a killed training left its file"
        return hits

    folders = [demo_folder() for _ in range(CHAINS)]
    hits = sum(side_by_side(chain))
    assert hits >= 5, f"only {hits} kills hit a running training: this proves little"


def test_what_dead_processes_left_keeps_nobody_from_trying_again():
    data = demo_folder()
    for left in ("crashes = 99", "cancel_asked = 1"):
        with contextlib.closing(sqlite3.connect(data / "vitrine.db", timeout=20)) as db:
            db.execute(f"UPDATE job_row SET state = 'running', owner = 'gone:1:x', ended_ms = 0, heartbeat_ms = 1, {left} WHERE kind = 'train'")
            db.commit()
        version = run_json("train", "--data", data)["version"]
        check_serves(data, version)
    assert count(data, "job_row", "state IN ('queued', 'running')") == 0


def made_before_today(data):
    """How many rows of each kind a demonstration has. Orders are placed there all day long, so that one made a minute later has more:
    those of today do not count, nor does the year's first day, which is not made any more once it is tomorrow."""
    found = {table: count(data, table) for table in ("product_row", "category_row", "customer_row", "review_row")}
    today = int(STARTED // 86400)
    year = ((today - 363) * 86400000, today * 86400000)
    found["order_row"] = sql(data, "SELECT count(*) FROM order_row WHERE created_ms >= ? AND created_ms < ?", *year)[0][0]
    found["order_line_row"] = sql(data, "SELECT count(*) FROM order_line_row JOIN order_row USING (store_id, order_id) "
                                        "WHERE order_row.created_ms >= ? AND order_row.created_ms < ?", *year)[0][0]
    return found


def test_a_demonstration_killed_while_it_is_made_is_made_whole():
    whole = demo_folder()
    expected = made_before_today(whole)
    longest_s = seconds_of("demo", "--data", folder() / "timed")

    def chain(seed):
        data, draw, hits = folders[seed], random.Random(100 + seed), 0
        for kill in range(KILLS_EACH):
            command = ("demo",) if (seed + kill) % 2 else ("serve", "--demo", "--port", "0")
            hits += kill_after(start(*command, "--data", data), draw.random() * longest_s)
            if (data / "vitrine.db").exists() and sql(data, "SELECT 1 FROM sqlite_master WHERE name = 'job_row'"):
                check_opens(data)
                expire(data)
        if seed % 2:
            server = Server(data, "--demo")
            wait_until(lambda: count(data, "model_row", "state = 'serving'"))
            assert server.stop() == 0
        else:
            run("demo", "--data", data)
        check_opens(data)
        assert made_before_today(data) == expected
        check_serves(data, 1)
        keys = as_json((data / "demo-keys.json").read_text())
        server = Server(data)
        for kind in ("public_key", "secret_key"):
            assert server.get("/api/v1/recommendations?n=3", key=keys[kind])[0] == 200, kind
        return hits

    folders = [folder() / "data" for _ in range(CHAINS)]
    hits = sum(side_by_side(chain))
    assert hits >= 10, f"only {hits} kills hit a demonstration in the making: this proves little"


class Sender:
    """A shop that sends webhooks without pause, and remembers those that were accepted."""

    def __init__(self, shop, base, seed):
        self.base, self.accepted, self.refused, self.ending = base, {}, [], threading.Event()
        self.orders = list(shop.rows["orders"].values())
        self.secret = next(w["secret"] for w in shop.rows["webhooks"].values())
        self.address = {w["topic"]: w["delivery_url"] for w in shop.rows["webhooks"].values()}
        self.threads = [threading.Thread(target=self.send, args=(seed * 10 + k,)) for k in range(3)]
        for t in self.threads:
            t.start()

    def send(self, seed):
        draw, i = random.Random(seed), 0
        while not self.ending.is_set():
            i += 1
            order = dict(copy.deepcopy(draw.choice(self.orders)), id=1000000 + seed * 100000 + i, refunds=[], status="completed")
            try:
                status = send_webhook(self.address["order.created"], "order.created", order, self.secret)[0]
            except (OSError, ValueError, IndexError):
                time.sleep(0.05)                            # nobody listens, or died before the answer: the shop learned nothing
                continue
            if status == 200:
                self.accepted[str(order["id"])] = len(order["line_items"])
            elif status not in (429, 503):
                self.refused.append(status)

    def end(self):
        self.ending.set()
        for t in self.threads:
            t.join()


def check_accepted(data, accepted):
    found = dict(sql(data, "SELECT o.order_id, (SELECT count(*) FROM order_line_row l WHERE l.store_id = o.store_id AND l.order_id = o.order_id "
                           "AND l.kind = 'item') FROM order_row o"))
    lost = [i for i in accepted if i not in found]
    assert not lost, f"{len(lost)} of {len(accepted)} orders that were accepted are missing, such as {lost[:3]}"
    assert all(found[i] == n for i, n in accepted.items()), "an accepted order lost lines"


def killed_server(seed):
    """A server that learns and takes webhooks, killed again and again; how many webhooks it had accepted."""
    data, draw, port = folder(), random.Random(200 + seed), free_port()
    shop = FakeShop(Invented(40, 3, "11.0.1")).start()
    connect(shop, data, "--webhook-base", f"http://127.0.0.1:{port}")
    sync(data, "--full")
    run("train", "--data", data)
    key = run_json("stores", "keys", "1", "rotate", "secret", "--data", data)["secret"]
    sender, version = Sender(shop, f"http://127.0.0.1:{port}", seed), 1
    try:
        for _ in range(KILLS_EACH):
            server = Server(data, port=port)
            status, answer = server.get("/api/v1/recommendations?n=3", key=key)
            assert status == 200 and answer["model_version"] >= version, (status, answer)
            version = answer["model_version"]
            assert server.post("/api/v1/store/train", {}, key=key)[0] in (200, 202)
            time.sleep(draw.random() * 1.5)
            acknowledged = dict(sender.accepted)
            server.process.kill()
            server.process.wait()
            check_opens(data)
            check_accepted(data, acknowledged)
            expire(data)
        sender.end()
        assert not sender.refused, sender.refused[:5]
        server = Server(data, port=port)
        wait_until(lambda: server.get("/api/v1/recommendations?n=3", key=key)[1]["model_version"] > version)
        wait_until(lambda: count(data, "job_row", "kind = 'train' AND state IN ('queued', 'running')") == 0)
        assert server.stop() == 0
        check_accepted(data, sender.accepted)
        report = run_json("doctor", "--data", data, "--port", port)
        assert not [k for k in report["checks"] if k["what"] == "database" and k["verdict"] != "ok"], report
    finally:
        sender.end()
        shop.stop()
    return len(sender.accepted)


def test_a_killed_server_has_every_webhook_it_accepted():
    accepted = sum(side_by_side(killed_server))
    assert accepted > 100, f"only {accepted} webhooks were accepted: this proves little"
