"""Events of visitors over real sockets: batches good and bad, repeats, restarts, kill -9 under load, and the next answer that knows."""
import concurrent.futures, json, os, random, signal, threading, time
import lib
from test_api import Shop

TRACK = "/api/v1/events/track"


def track(shop, body, key=None, **headers):
    return shop.server.post(TRACK, body, key=key or shop.secret, headers=headers)


def rows(shop, what="*", where="1=1"):
    return lib.sql(shop.data, f"SELECT {what} FROM event_row WHERE {where} ORDER BY event_id")


def answered_ids(shop, **body):
    return [i["product_id"] for i in shop.recommend(**body)["items"]]


def test_keeps_the_good_events_of_a_batch_and_tells_the_bad_ones():
    shop = Shop()
    product = shop.products()[0]
    status, answer = track(shop, {"visitor_id": "v1", "page": "https://shop.example/p/1?secret=1#x", "events": [
        {"type": "view", "product_id": int(product), "id": "1"}, {"type": "moon"}, {"type": "view"}, 7,
        {"type": "view_item", "product_id": product, "value": 12.34, "page": "/own/"},
        {"type": "search", "query": "cană", "referrer": "https://user@www.google.com/search?q=x", "nobody": 1},
        {"type": "search", "query": "cană", "referrer": "https://user@www.google.com/search?q=x"},
        {"type": "refund", "order_id": "1"}, {"type": "cart_add", "product_id": product, "quantity": -1},
        {"type": "impression", "placement": "home", "items": ["1", {"product_id": "2", "price": 3.5, "quantity": 2}]}]})
    assert status == 200 and answer["accepted"] == 4 and answer["repeated"] == 0, answer
    assert [(r["index"], r["field"]) for r in answer["rejected"]] == [
        (1, "type"), (2, "product_id"), (3, "events"), (5, "nobody"), (7, "type"), (8, "quantity")], answer
    got = rows(shop, "kind, visitor_id, product_id, value, page, referrer, items, session_id")
    assert [r[0] for r in got] == ["view", "view", "search", "impression"]
    assert {r[1] for r in got} == {"v1"} and len({r[7] for r in got}) == 1 and len(got[0][7]) == 20
    assert got[0][4] == "/p/1" and got[1][4] == "/own/" and got[1][3] == 1234 and got[2][5] == "www.google.com"
    assert json.loads(got[3][6]) == [["1", 1, 0], ["2", 2, 350]]


def test_counts_an_event_once_also_after_a_restart():
    shop = Shop()
    event = {"type": "view", "product_id": shop.products()[0], "visitor_id": "v1", "id": "e1"}
    assert track(shop, event)[1]["accepted"] == 1
    assert track(shop, event)[1]["repeated"] == 1
    shop.server.stop()
    shop.server = lib.Server(shop.data)
    assert track(shop, event)[1]["repeated"] == 1
    assert track(shop, {**event, "visitor_id": "v2"})[1]["accepted"] == 1      # the same id of somebody else is another event
    assert len(rows(shop)) == 2


def test_refuses_hostile_bodies_and_keeps_nothing_of_them():
    shop = Shop()
    product = shop.products()[0]
    good = {"type": "view", "product_id": product}
    for bad in (b"", b"null", b"[]", b"{}", b"\xff\xfe{}", b'{"type":"view","product_id":"\xc3\x28"}', b'{"type":"view","product_id":"a\\u0000b"}',
                b"[" * 5000, b'{"events":' + b"[" * 100 + b"]" * 100 + b"}", b'{"events":{}}', b'{"events":[]}', b'{"events":[[]]}',
                b'{"type":"view","product_id":"1","value":NaN}', b'{"type":"view","product_id":"1","value":1e400}',
                b'{"type":"view","product_id":"1","value":-1}', b'{"type":"view","product_id":"1","time":-1}',
                b'{"type":"view","product_id":"1","time":"soon"}', b'{"type":"view","product_id":"1","type":"click"}',
                json.dumps({"events": [good] * 501}), json.dumps({**good, "product_id": "p" * 191}), json.dumps({"id": "1", "events": [good]}),
                json.dumps({**good, "consent": "maybe"}), json.dumps({**good, "currency": "XYZ"}), json.dumps({**good, "email_hash": "a@b.c"}),
                json.dumps({**good, "items": ["1"] * 101}), json.dumps({**good, "device": "fridge"})):
        status, answer = shop.server.post(TRACK, bad, key=shop.secret)
        assert status == 400 and answer["error"]["code"] == "invalid" and len(answer["error"]["message"]) > 10, (bad[:80], status, answer)
    assert shop.server.post(TRACK, b"{", key=shop.secret, headers={"Content-Length": str(512 * 1024 + 1)})[0] == 413
    assert rows(shop) == []
    now = time.time() * 1000
    track(shop, {"events": [{**good, "time": int(now + 1e9)}, {**good, "time": 1000}]})
    future, past = [r[0] for r in rows(shop, "time_ms")]
    assert abs(future - now) < 60000 and abs(now - past - 7 * 86400000) < 60000
    status, answer = track(shop, {"events": [good] * 500})
    assert (status, answer["accepted"]) == (200, 500)
    assert shop.server.post(TRACK, json.dumps(good), key=shop.secret, headers={"Content-Type": "text/plain;charset=UTF-8"})[0] == 200
    status, _, text = shop.server.request("POST", f"{TRACK}?key={shop.public}", json.dumps(good).encode(), {"Content-Type": "text/plain"})
    assert status == 200 and json.loads(text)["accepted"] == 1     # what a browser's sendBeacon() sends


def test_the_next_answer_knows_what_the_visitor_just_did():
    shop = Shop()
    before = answered_ids(shop, placement="home", visitor_id="v1", n=10)
    assert before == answered_ids(shop, placement="home", visitor_id="stranger", n=10)
    bought_with = lib.sql(shop.data, "SELECT product_id FROM order_line_row WHERE kind='item' GROUP BY product_id ORDER BY count(*) DESC LIMIT 12")
    for (product,) in bought_with[8:10]:
        assert track(shop, {"type": "view", "product_id": product, "visitor_id": "v1"})[0] == 200
    after = answered_ids(shop, placement="home", visitor_id="v1", n=10)
    assert after != before
    assert before == answered_ids(shop, placement="home", visitor_id="stranger", n=10)
    track(shop, {"type": "cart_add", "product_id": after[0], "visitor_id": "v1"})
    assert after[0] not in answered_ids(shop, placement="home", visitor_id="v1", n=10)
    assert after[0] in answered_ids(shop, placement="home", visitor_id="v1", n=10, cart=[], history=[p for p, in bought_with[8:10]])
    assert shop.recommend(visitor_id="v1")["placement"] == "home"
    track(shop, {"type": "cart_remove", "product_id": after[0], "visitor_id": "v1"})
    shop.server.stop()
    shop.server = lib.Server(shop.data)
    again = answered_ids(shop, placement="home", visitor_id="v1", n=10)
    assert again != before                                          # rebuilt from what is on disk
    track(shop, {"type": "purchase", "visitor_id": "v1", "order_id": "o1", "items": [again[0]]})
    assert again[0] not in answered_ids(shop, placement="home", visitor_id="v1", n=10)


def test_remembers_and_stores_as_much_as_was_agreed_to():
    shop = Shop()
    product = lib.sql(shop.data, "SELECT product_id FROM order_line_row WHERE kind='item' GROUP BY product_id ORDER BY count(*) DESC LIMIT 1")[0][0]
    plain = answered_ids(shop, placement="home", visitor_id="nobody", n=10)
    for visitor, consent in (("no", "none"), ("some", "statistics")):
        track(shop, {"type": "view", "product_id": product, "visitor_id": visitor, "customer_id": "c", "consent": consent})
        track(shop, {"type": "view", "product_id": product, "visitor_id": visitor})
        assert answered_ids(shop, placement="home", visitor_id=visitor, n=10) == plain, consent
    assert [r[0] for r in rows(shop, "visitor_id")] == ["", "", "some", "some"]
    assert len({r[0] for r in rows(shop, "session_id")}) == 2
    assert lib.sql(shop.data, "SELECT visitor_id, consent FROM visitor_row") == [("some", "statistics")]
    lib.run("stores", "settings", "demo", "consent_default=none", "--data", shop.data)
    shop.server.stop()
    shop.server = lib.Server(shop.data)
    track(shop, {"type": "view", "product_id": product, "visitor_id": "unasked"})
    assert rows(shop, "visitor_id")[-1] == ("",)


def test_robots_are_counted_and_remembered_by_nobody():
    shop = Shop()
    product = shop.products()[0]
    plain = answered_ids(shop, placement="home", visitor_id="nobody", n=10)
    event = {"type": "view", "product_id": product, "visitor_id": "g"}
    track(shop, event, key=shop.public, **{"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"})
    track(shop, {**event, "visitor_id": "p"}, key=shop.public, **{"User-Agent": "Mozilla/5.0 (iPhone) Mobile/15E148"})
    track(shop, {"visitor_id": "hasty", "events": [{"type": "view", "product_id": product}] * 100})
    assert rows(shop, "device, robot", "visitor_id IN ('g', 'p')") == [("robot", 1), ("mobile", 0)]
    assert rows(shop, "sum(robot), count(*)", "visitor_id = 'hasty'") == [(40, 100)]
    assert answered_ids(shop, placement="home", visitor_id="hasty", n=10) == plain == answered_ids(shop, placement="home", visitor_id="g", n=10)
    metrics = shop.server.request("GET", "/metrics")[2].decode()
    assert "\nvitrine_events_robots_total 41\n" in metrics and "\nvitrine_events_accepted_total 102\n" in metrics
    assert "\nvitrine_counters_shops 1\n" in metrics and "\nvitrine_session_visitors 3\n" in metrics and "\nvitrine_names_known 0\n" in metrics
    assert lib.sql(shop.data, "SELECT visitor_id FROM visitor_row WHERE robot = 1 ORDER BY 1") == [("g",), ("hasty",)]


def test_a_conversion_counts_once():
    shop = Shop()
    say = lambda **body: shop.server.post("/api/conversion", body, key=shop.public)
    assert say(store_id=shop.store, rec_id="r1", converted=True, revenue=99.5) == (200, {"accepted": 1, "repeated": 0, "rejected": []})
    assert say(store_id=str(shop.store), rec_id="r1", converted=True, revenue=99.5)[1]["repeated"] == 1
    assert say(rec_id="r2", converted=False)[1]["accepted"] == 1
    assert say(store_id=77, rec_id="r3", converted=True)[0] == 403
    assert say(converted=True)[1]["error"]["field"] == "rec_id"
    assert rows(shop, "kind, rec_id, value") == [("purchase", "r1", 9950)]


class Senders:
    """Keeps sending batches with ids of their own; what was acknowledged is noted, what was not is sent again."""

    def __init__(self, shop, product, threads):
        self.shop, self.product, self.ended, self.acknowledged = shop, product, threading.Event(), set()
        self.threads = [threading.Thread(target=self.run, args=(k,)) for k in range(threads)]
        for t in self.threads:
            t.start()

    def run(self, k):
        n = 0
        while not self.ended.is_set():
            ids = [f"{k}-{n + i}" for i in range(1 + n % 7)]
            body = {"visitor_id": f"v{k}", "events": [{"type": "search", "query": i, "id": i} for i in ids]}
            try:
                status, answer = self.shop.server.post(TRACK, body, key=self.shop.secret)
                assert status == 200 and answer["accepted"] + answer["repeated"] == len(ids), (status, answer)
                self.acknowledged.update(ids)
                n += len(ids)
            except (OSError, lib.http.client.HTTPException, json.JSONDecodeError):
                time.sleep(0.02)                                    # the server is down: the same batch again

    def stop(self):
        self.ended.set()
        for t in self.threads:
            t.join()


def test_every_acknowledged_event_survives_kill_9_and_is_there_once():
    """VITRINE_KILLS sets how often; the suite keeps to three. What was sent stands in the rows, so each is told apart."""
    shop = Shop()
    senders = Senders(shop, shop.products()[0], 4)
    port = shop.server.port
    kills = int(os.environ.get("VITRINE_KILLS", "3"))
    for _ in range(kills):
        time.sleep(random.uniform(0.3, 0.8))
        shop.server.process.send_signal(signal.SIGKILL)
        shop.server.process.wait()
        shop.server = lib.Server(shop.data, port=port)
    time.sleep(0.3)
    senders.stop()
    shop.server.stop()
    stored = [r[0] for r in rows(shop, "query", "kind = 'search'")]
    assert len(stored) == len(set(stored)), len(stored) - len(set(stored))
    assert len(senders.acknowledged) > 10 * kills and senders.acknowledged <= set(stored), len(senders.acknowledged - set(stored))
    print(f"# {len(senders.acknowledged)} events acknowledged across {kills} kills, {len(stored)} stored")
    ids = [r[0] for r in lib.sql(shop.data, "SELECT event_id FROM event_row ORDER BY event_id")]
    assert len(ids) == len(set(ids))


def test_hundreds_of_requests_wait_for_one_disk():
    shop = Shop()
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda i: track(shop, {"type": "search", "query": "x", "visitor_id": f"v{i % 50}", "id": str(i)}), range(1500)))
    assert all(status == 200 and answer["accepted"] == 1 for status, answer in answers)
    assert len(rows(shop)) == 1500
