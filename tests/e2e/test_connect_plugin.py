"""A shop connects by its plugin: a code pasted once, everything else over HTTP; and what the plugin tells, asks and is offered."""
import base64, concurrent.futures, hashlib, hmac, json, signal, time
from fake_shop import FakeShop, Invented, send_webhook
from lib import Server, environment, folder, run, run_json, sql, wait_until

KEY, SECRET = "ck_" + "1" * 40, "cs_" + "1" * 40


class Scene:
    """A fake shop and a server without stores."""

    def __init__(self, size=12, **options):
        self.data = folder()
        self.source = Invented(size, 3, "11.0.1")
        self.shop = FakeShop(self.source, **options)
        self.server = None

    def __enter__(self):
        self.shop.start()
        self.server = Server(self.data)
        return self

    def __exit__(self, *_):
        self.shop.stop()

    def code(self):
        return run_json("connect", "code", "--data", self.data)["code"]

    def ask(self, code, **others):
        body = {"code": code, "url": self.shop.url, "key": KEY, "secret": SECRET, "plugin": "1.0.0", **others}
        return self.server.post("/api/v1/connect/woocommerce", body)

    def connect(self):
        status, answer = self.ask(self.code())
        assert status == 201, (status, answer)
        return answer

    def stores(self):
        return sql(self.data, "SELECT count(*) FROM store_row")[0][0]


def copied(scene, keys):
    """Waits until the first copy is there and learned."""
    def done():
        status, answer = scene.server.get("/api/v1/store", keys["secret_key"])
        return status == 200 and answer["store"]["state"] == "ready" and answer
    return wait_until(done)


def test_a_code_is_pasted_once_and_the_shop_is_copied_with_webhooks():
    with Scene() as s:
        code = s.code()
        status, keys = s.ask(code)
        assert status == 201, keys
        assert keys["public_key"].startswith("vpk_") and keys["secret_key"].startswith("vsk_"), keys
        assert len(keys["plugin_secret"]) == 64 and int(keys["plugin_secret"], 16), keys
        copied(s, keys)
        wait_until(lambda: len(s.shop.rows["webhooks"]) >= 15)
        urls = {w["delivery_url"] for w in s.shop.rows["webhooks"].values()}
        assert all(u.startswith(f"http://127.0.0.1:{s.server.port}/api/v1/webhooks/") for u in urls), urls
        status, answer = s.ask(code)
        assert status == 403 and "vitrine connect code" in answer["error"]["message"], answer
        assert s.stores() == 1
        at_rest = "".join(map(str, sql(s.data, "SELECT * FROM store_row") + sql(s.data, "SELECT * FROM connect_code_row")))
        assert not any(x in at_rest for x in (KEY, SECRET, keys["plugin_secret"], code, code.replace("-", ""))), "a secret lies open"


def test_a_wrong_code_calls_nobody_and_ten_an_hour_are_enough():
    with Scene() as s:
        answers = [s.ask("ABCD-EFGH-JKMN") for _ in range(12)]
        assert [a[0] for a in answers] == [403] * 10 + [429] * 2, [a[0] for a in answers]
        assert not s.shop.requests, "the shop was called"
        assert s.ask(s.code())[0] == 429 and s.stores() == 0
        for path in ("/connect/ABCD-EFGH-JKMN", "/connect/" + s.code()):
            status, headers, page = s.server.request("GET", path)
            assert status == 200 and b"plugin" in page and path.encode() in page, page
            assert headers["cache-control"] == "no-store" and "default-src 'none'" in headers["content-security-policy"]
        assert s.server.get("/connect/%3Cscript%3E")[0] == 404


def test_a_shop_that_does_not_work_is_said_so_and_keeps_the_code():
    with Scene() as s:
        code = s.code()
        for change, sentence in (({"url": "shop.example"}, "https://shop.example"), ({"url": "ftp://shop.example"}, "https://shop.example"),
                                 ({"url": "http://127.0.0.1:1"}, "Nothing answers"), ({"key": "ck_wrong"}, "does not know this consumer key"),
                                 ({"secret": "cs_wrong"}, "consumer secret is wrong")):
            status, answer = s.ask(code, **change)
            assert status == 502 and sentence in answer["error"]["message"], (change, status, answer)
            assert s.stores() == 0 and not s.shop.rows["webhooks"]
        for change in ({"url": ""}, {"extra": 1}, {"key": [7]}, {"secret": "x" * 300}, {"url": "https://" + "x" * 3000}):
            status, answer = s.ask("ABCD-EFGH-JKMN", **change) if len(str(change)) > 3000 else s.ask(code, **change)
            assert status in (400, 429), (change, status, answer)
        s.server.stop()
        s.server = Server(s.data)                           # another hour
        assert s.ask(code)[0] == 201


def test_the_status_tells_how_copying_webhooks_and_events_go():
    with Scene() as s:
        keys = s.connect()
        first = s.server.get("/api/v1/store", keys["secret_key"])[1]
        assert first["connected"] and first["plugin"] and first["plan"] == "self-hosted" and first["events_today"] == 0, first
        copied(s, keys)
        status = wait_until(lambda: (lambda a: a if not a["job"] else None)(s.server.get("/api/v1/store", keys["secret_key"])[1]))
        assert status["sync"]["rows"] >= 12 and status["sync"]["problem"] == "" and status["sync"]["last_ms"] > 0, status["sync"]
        assert status["webhooks"] == {"registered": 15, "wanted": 15, "last_ms": 0}, status["webhooks"]
        hook = next(w for w in s.shop.rows["webhooks"].values() if w["topic"] == "product.updated")
        product = next(iter(s.shop.rows["products"].values()))
        assert send_webhook(hook["delivery_url"], "product.updated", json.dumps(product).encode(), hook["secret"])[0] == 200
        events = [{"type": "view", "product_id": "100", "visitor_id": "v-1", "id": f"e-{i}"} for i in range(3)]
        assert s.server.post("/api/v1/events/track", {"events": events}, keys["public_key"])[0] == 200
        status = s.server.get("/api/v1/store", keys["secret_key"])[1]
        assert status["webhooks"]["last_ms"] > 0 and status["events_today"] == 3, status
        s.shop.stop()
        job = s.server.post("/api/v1/store/sync", {}, keys["secret_key"])[1]["job_id"]
        assert s.server.get("/api/v1/store", keys["secret_key"])[1]["job"]["job_id"] == job
        s.server.post(f"/api/v1/jobs/{job}/cancel", {}, keys["secret_key"])


def test_two_at_once_with_one_code_are_one():
    with Scene() as s:
        code = s.code()
        with concurrent.futures.ThreadPoolExecutor(4) as many:
            statuses = sorted(status for status, _ in many.map(lambda _: s.ask(code), range(4)))
        assert statuses == [201, 403, 403, 403], statuses
        assert s.stores() == 1


def test_killed_in_the_middle_it_is_connected_whole_or_not_at_all():
    with Scene() as s:
        code = s.code()
        for after in (0.0, 0.03, 0.06, 0.12, 0.2):
            with concurrent.futures.ThreadPoolExecutor(1) as one:
                asked = one.submit(lambda: attempt(s, code))
                time.sleep(after)
                s.server.stop(signal.SIGKILL)
                asked.result()
            whole = sql(s.data, "SELECT length(credentials) > 40 AND length(plugin_secret) > 40 AND length(webhook_secret) > 40, "
                                "(SELECT count(*) FROM api_key_row k WHERE k.store_id = s.store_id AND revoked_ms = 0) FROM store_row s")
            used = sql(s.data, "SELECT count(*) FROM connect_code_row WHERE used_ms > 0")[0][0]
            assert whole in ([], [(1, 2)]) and len(whole) == used, (whole, used)
            s.server = Server(s.data)
            if used:
                code = s.code()
        assert s.ask(code)[0] == 201 and s.stores() == 1


def attempt(s, code):
    try:
        return s.ask(code)
    except OSError as e:
        return e
    except Exception as e:                                  # http.client tells a cut answer in ways of its own
        return e


def test_connecting_again_renews_the_keys_and_ending_keeps_what_was_learned():
    with Scene() as s:
        first = s.connect()
        counts = copied(s, first)["counts"]
        again = s.connect()
        assert again["store_id"] == first["store_id"] and again["secret_key"] != first["secret_key"]
        assert s.server.get("/api/v1/store", first["secret_key"])[0] == 401
        assert s.server.get("/api/v1/store", again["secret_key"])[1]["counts"] == counts
        wait_until(lambda: s.server.get(f"/api/v1/jobs/{again['job_id']}", again["secret_key"])[1]["state"] == "done")
        assert len(s.shop.rows["webhooks"]) == 15
        assert s.server.post("/api/v1/connect/end", {}, again["public_key"])[0] == 403
        hook = next(w for w in s.shop.rows["webhooks"].values() if w["topic"] == "product.updated")
        status, answer = s.server.post("/api/v1/connect/end", {}, again["secret_key"])
        assert status == 200 and answer == {"status": "ended", "webhooks_deleted": True}, answer
        assert not s.shop.rows["webhooks"]
        assert s.server.get("/api/v1/store", again["secret_key"])[0] == 401
        assert sql(s.data, "SELECT length(credentials), length(plugin_secret), length(webhook_secret) FROM store_row") == [(0, 0, 0)]
        assert sql(s.data, "SELECT count(*) FROM product_row")[0][0] == counts["product"]
        assert hook["secret"] and s.connect()["store_id"] == first["store_id"]


def test_ending_does_not_wait_for_a_shop_that_is_gone():
    with Scene() as s:
        keys = s.connect()
        copied(s, keys)
        wait_until(lambda: sql(s.data, "SELECT count(*) FROM webhook_row")[0][0] >= 15)
        s.shop.stop()
        status, answer = s.server.post("/api/v1/connect/end", {}, keys["secret_key"])
        assert status == 200 and answer["webhooks_deleted"] is False, answer
        said = run("sync", "--data", s.data, ok=False)
        assert "disconnected" in said.stderr + said.stdout, said


def test_a_line_to_paste_is_shown_while_there_is_no_shop_but_the_demonstration():
    data = folder()
    server = Server(data, "--demo")
    line = next(x.strip() for x in server.log().splitlines() if "/connect/" in x)
    assert line.startswith(f"http://localhost:{server.port}/connect/"), line
    assert server.get("/connect/" + line.rsplit("/", 1)[1])[0] == 200
    told = run("connect", "code", "--data", data, env=environment(VITRINE_WEBHOOK_BASE="https://v.example/")).stdout
    assert told.startswith("https://v.example/connect/"), told
    assert "code" in run("connect", "--help").stdout
    assert run("connect", "code", "https://shop.example", "--data", data, ok=False).returncode == 2
    shop = FakeShop(Invented(12, 3, "11.0.1")).start()
    run("connect", "woocommerce", shop.url, "--key", KEY, "--secret", SECRET, "--data", data, "--no-sync")
    shop.stop()
    server.stop()
    assert "/connect/" not in Server(data).log()


# ---- offers ----
def opened(token, secret):
    """What a token promises, checked as the plugin does."""
    text, mac = token.split(".")
    expected = hmac.new(secret.encode(), b"offer." + text.encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64encode(expected).rstrip(b"=").decode() == mac, "the signature does not fit"
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_answers_of_a_connected_shop_carry_offers_signed_with_its_secret():
    with Scene(size=40) as s:
        keys = s.connect()
        copied(s, keys)
        wait_until(lambda: s.server.get("/api/v1/store", keys["secret_key"])[1]["serving"]["cross_sell_rules"] > 0)
        found = []
        for row in sql(s.data, "SELECT product_id FROM product_row WHERE parent_id = ''"):
            answer = s.server.post("/api/v1/recommendations", {"product_id": row[0], "visitor_id": "v-1", "preview": True},
                                   keys["secret_key"])[1]
            offers = [answer["bundle"]] if "bundle" in answer else []
            offers += [i["incentive"] for i in answer["items"] if "incentive" in i]
            found += [(answer, opened(x["offer"], keys["plugin_secret"])) for x in offers]
        assert found
        for answer, offer in found:
            assert offer["rec"] == answer["rec_id"] and offer["visitor"] == "v-1" and offer["store"] == keys["store_id"], offer
            assert 7100 < offer["exp"] - time.time() <= 7201 and 1 <= offer["percent"] <= 90
            if offer["kind"] == "bundle":
                assert offer["products"] == [p["product_id"] for p in answer["bundle"]["products"]], offer
        assert len({o["id"] for _, o in found}) == len(found)
