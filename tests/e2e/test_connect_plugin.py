"""A shop connects by its plugin: a code pasted once, everything else over HTTP; and what the plugin tells, asks and is offered."""
import base64, concurrent.futures, hashlib, hmac, json, signal, time
from fake_shop import FakeShop, Invented, send_webhook
from lib import Server, dump, environment, folder, run, run_json, sql, wait_until

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
        assert "disconnected by its shop" in run("doctor", "--data", s.data, ok=None).stdout


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


def test_a_line_to_paste_leads_to_the_server_of_its_data_folder_wherever_it_listens():
    data = folder()
    line = lambda **env: run("connect", "code", "--data", data, env=environment(**env)).stdout.splitlines()[0].rsplit("/connect/", 1)[0]
    assert line() == "http://localhost:8080" and line(VITRINE_PORT="8099") == "http://localhost:8099"       # there is no server yet
    server = Server(data)
    assert line() == line(VITRINE_PORT="8099") == f"http://localhost:{server.port}"
    assert (data / "address").stat().st_mode & 0o777 == 0o600
    newer = Server(data)
    assert line() == f"http://localhost:{newer.port}"
    server.stop()
    assert line() == f"http://localhost:{newer.port}", "the older one took the newer one's note along"
    newer.stop(signal.SIGKILL)
    assert line() == f"http://localhost:{newer.port}", "a killed server may be back in a moment"
    last = Server(data)
    assert line() == f"http://localhost:{last.port}"
    last.stop()
    assert line() == "http://localhost:8080" and not (data / "address").exists()
    for rubbish in (b"", b"\xff\x00", b"javascript:alert(1)", b"http://" + b"x" * 4000):
        (data / "address").write_bytes(rubbish)
        assert line() == "http://localhost:8080", rubbish


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


# ---- what the plugin tells ----
def signed(keys, body, at=None, secret=None):
    stamp = str(int(at if at is not None else time.time()))
    mac = hmac.new((secret or keys["plugin_secret"]).encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Vitrine-Store": str(keys["store_id"]), "X-Vitrine-Time": stamp, "X-Vitrine-Signature": mac}


def send(s, keys, messages, **how):
    body = messages if isinstance(messages, bytes) else json.dumps({"messages": messages}).encode()
    return s.server.post("/api/v1/plugin/batch", body, headers=signed(keys, body, **how))


def message(kind, i=1, **members):
    return {"id": f"{kind}-{i}", "kind": kind, "time_ms": int(time.time() * 1000), **members}


def cart(i=1, token="a" * 64, **members):
    return message("cart", i, **{"token": token, "visitor_id": "v-1", "items": [{"product_id": "100", "quantity": 1, "price": 9.5}], "total": 9.5,
                                 "currency": "RON", "recovery_url": "https://shop.example/?vitrine_cart=SECRETTOKEN", "state": "open", **members})


def first_product(s):
    return str(min(i for i, row in s.shop.rows["products"].items() if row["type"] == "simple" and row["stock_status"] == "instock"))


def cards(s, keys, ids):
    return s.server.get(f"/api/v1/widget/products?ids={','.join(ids)}", keys["public_key"])[1]["items"]


def test_a_batch_of_all_kinds_counts_once_and_shows_at_once():
    with Scene() as s:
        keys = s.connect()
        copied(s, keys)
        product = first_product(s)
        assert [c["product_id"] for c in cards(s, keys, [product])] == [product]
        batch = [cart(email="ana@example.com", email_consent=True, customer_id="7"),
                 message("event", event={"type": "view", "product_id": product, "visitor_id": "v-1"}),
                 message("identity", visitor_id="v-1", customer_id="7"),
                 message("stock", product_id=product, stock_status="outofstock", stock_quantity=0, price=12.5, regular_price=12.5, sale_price=None),
                 message("order", order_id="987001", visitor_id="v-1", rec_ids=["01M7X627F76CCKFTKY01YWJA24"]),
                 message("wish"), "nonsense"]
        status, answer = send(s, keys, batch)
        assert status == 200 and (answer["accepted"], answer["repeated"]) == (5, 0), answer
        assert [(r["index"], r["id"]) for r in answer["rejected"]] == [(5, "wish-1"), (6, "")], answer
        assert cards(s, keys, [product]) == [], "what is sold out must not be shown any more"
        assert send(s, keys, [message("stock", 2, product_id=product, stock_status="instock", stock_quantity=3, price=11)])[0] == 200
        assert [c["price"] for c in cards(s, keys, [product])] == [11]
        rows = sql(s.data, "SELECT email, visitor_id, customer_id, state, total FROM cart_row")
        assert rows == [("ana@example.com", "v-1", "7", "open", 950)], rows
        assert sql(s.data, "SELECT visitor_id, rec_ids FROM order_link_row WHERE order_id = '987001'") == [("v-1", "01M7X627F76CCKFTKY01YWJA24")]
        assert sorted(sql(s.data, "SELECT alias FROM alias_row")) == [("c:7",), ("v:v-1",)]
        before = dump(s.data)
        status, answer = send(s, keys, batch)
        assert (answer["accepted"], answer["repeated"]) == (3, 2), answer
        send(s, keys, [message("stock", 2, product_id=product, stock_status="instock", stock_quantity=3, price=11)])
        changed = {t for t, found in dump(s.data).items() if found != before[t]} - {"product_row", "counter_row"}
        assert not changed, changed


def test_the_newest_word_of_a_cart_holds():
    with Scene() as s:
        keys = s.connect()
        now = int(time.time() * 1000)
        told = [cart(1, time_ms=now - 5000), cart(2, time_ms=now - 1000, state="ordered", order_id="77", items=[]), cart(3, time_ms=now - 3000)]
        assert send(s, keys, told)[1] == {"accepted": 2, "repeated": 1, "rejected": []}
        assert sql(s.data, "SELECT state, order_id, items FROM cart_row") == [("ordered", "77", "[]")]


def test_forged_old_and_foreign_batches_are_refused_and_change_nothing():
    with Scene() as s:
        keys = s.connect()
        body = json.dumps({"messages": [cart()]}).encode()
        good = signed(keys, body)
        forged = [{**good, "X-Vitrine-Signature": "0" * 64}, {**good, "X-Vitrine-Signature": ""}, {**good, "X-Vitrine-Store": "99"},
                  {**good, "X-Vitrine-Store": "x"}, {**good, "X-Vitrine-Time": str(int(good["X-Vitrine-Time"]) + 1)}, {},
                  signed(keys, body + b" "), signed(keys, body, at=time.time() - 700), signed(keys, body, at=time.time() + 700),
                  signed(keys, body, secret="f" * 64), signed(keys, body, secret=keys["secret_key"])]
        for headers in forged:
            status, answer = s.server.post("/api/v1/plugin/batch", body, headers=headers)
            assert status == 401, (headers, answer)
        again = s.connect()                                 # an old secret is none
        assert send(s, keys, body)[0] == 401 and sql(s.data, "SELECT count(*) FROM cart_row") == [(0,)]
        assert send(s, again, body)[0] == 200
        s.server.post("/api/v1/connect/end", {}, again["secret_key"])
        status, answer = send(s, again, body)
        assert status == 401 and "connect it again" in answer["error"]["message"], answer


def test_hostile_bodies_are_refused_and_the_server_lives():
    with Scene() as s:
        keys = s.connect()
        deep = b'{"messages":' + b"[" * 3000 + b"]" * 3000 + b"}"
        for body, expected in ((b"", 400), (b"{}", 400), (b'{"messages":[]}', 400), (b'{"messages":[{}],"x":1}', 400), (b"\xff\xfe", 400), (b'{"messages":[{"id":"\\u0000"}]}', 400),
                               (deep, 400), (b'{"messages":[' + b",".join([b"{}"] * 501) + b"]}", 400)):
            status, answer = send(s, keys, body)
            assert status == expected, (body[:60], status, answer)
        try:
            assert send(s, keys, b'{"messages":["' + b"x" * (1 << 20) + b'"]}')[0] == 413
        except (BrokenPipeError, ConnectionResetError):     # refused by its Content-Length before it was read
            pass
        evil = [cart(1, token="x" * 5000), cart(2, items=[{"product_id": "1"}] * 101), cart(3, recovery_url="javascript:alert(1)"),
                cart(4, visitor_id=["v"]), cart(5, total=1e300), cart(6, email="x" * 300, email_consent=True), cart(7, items="many"),
                message("stock", 8, product_id="100", price=-1), message("stock", 9, product_id=["100"]), message("order", 10, order_id=""),
                message("identity", 11, visitor_id="v" * 189, customer_id="1"), message("event", 12, event={"type": "view"})]
        status, answer = send(s, keys, evil)
        assert status == 200 and answer["accepted"] == 0 and len(answer["rejected"]) == len(evil), answer
        assert all(r["message"] for r in answer["rejected"])
        huge = [cart(i, token=f"{i:064x}", items=[{"product_id": str(k), "quantity": 1, "price": 1} for k in range(30)]) for i in range(500)]
        status, answer = send(s, keys, huge)
        assert status == 200 and answer["accepted"] == 500, answer
        assert s.server.get("/healthz")[0] == 200


def test_killed_while_batches_come_nothing_answered_is_lost_and_nothing_counts_twice():
    with Scene() as s:
        keys = s.connect()
        copied(s, keys)
        product, answered = first_product(s), []

        def batch(i):
            return [cart(i, token=f"{i:064x}"), message("event", i, event={"type": "view", "product_id": product, "visitor_id": "v-1"}),
                    message("order", i, order_id=f"88{i:04}", visitor_id="v-1", rec_ids=[])]

        batches = {i: batch(i) for i in range(400)}

        def tell(i):
            try:
                if send(s, keys, batches[i])[0] == 200:
                    answered.append(i)
            except Exception:                               # the server is gone in the middle: that is the point
                pass

        with concurrent.futures.ThreadPoolExecutor(4) as many:
            sent = [many.submit(tell, i) for i in batches]
            wait_until(lambda: len(answered) > 20)
            s.server.stop(signal.SIGKILL)
            [f.result() for f in sent]
        kept = {int(t, 16) for (t,) in sql(s.data, "SELECT cart_id FROM cart_row")}
        assert set(answered) <= kept and len(answered) < 400, (len(answered), len(kept))
        s.server = Server(s.data)
        for i in list(batches)[:60]:
            assert send(s, keys, batches[i])[0] == 200
        wanted = len(kept | set(range(60)))
        assert sql(s.data, "SELECT count(*) FROM cart_row") == [(wanted,)]
        views = sql(s.data, "SELECT count(*), count(DISTINCT client_hash) FROM event_row WHERE kind = 'view'")[0]
        assert views[0] == views[1] and views[0] >= 60, views


def test_a_person_told_and_forgotten_takes_his_carts_along():
    with Scene() as s:
        keys = s.connect()
        send(s, keys, [cart(1, token="1" * 64, visitor_id="v-9"), cart(2, token="2" * 64, visitor_id="", customer_id="7"),
                       cart(3, token="3" * 64, visitor_id="", email="Ana@Example.com", email_consent=True),
                       cart(4, token="4" * 64, visitor_id="v-other", email="dan@example.com", email_consent=True),
                       message("identity", visitor_id="v-9", customer_id="7", email_hash=hashlib.sha256(b"ana@example.com").hexdigest())])
        told = s.server.get("/api/v1/person?visitor_id=v-9", keys["secret_key"])[1]
        assert sorted(c["cart_id"][0] for c in told["cart"]) == ["1", "2", "3"], told["cart"]
        status, headers, answer = s.server.request("DELETE", "/api/v1/person?email=ana@example.com", headers={"Authorization": f"Bearer {keys['secret_key']}"})
        assert status == 200 and json.loads(answer)["done"], answer
        assert sql(s.data, "SELECT substr(cart_id, 1, 1) FROM cart_row") == [("4",)]
        run("stores", "remove", str(keys["store_id"]), "--yes", "--data", s.data)
        assert sql(s.data, "SELECT count(*) FROM cart_row") == [(0,)]
