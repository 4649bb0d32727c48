"""People over real sockets: a click leads to an order and its value, refunds are taken back, names grow together, everything is told and
forgotten."""
import contextlib, copy, datetime, json
import lib
from fake_shop import Invented, send_webhook
from test_woocommerce import connect, shop_of, sync

VISITOR, EMAIL = "v-ana-7f3a", "ana.pop@people.test"
BILLING = {"first_name": "Anamaria", "last_name": "Popescu", "email": EMAIL, "phone": "0722000111", "address_1": "Strada Lunga 5", "city": "Cluj",
           "state": "CJ", "country": "RO", "company": ""}


def local(days=0.0):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S")


@contextlib.contextmanager
def running():
    """A copied shop behind a running server: an object with shop, data, server, secret key, public key, order() to make and send orders."""
    data = lib.folder()
    with shop_of(Invented(20, 3, "11.0.1")) as shop:
        port = lib.free_port()
        base = f"http://127.0.0.1:{port}"
        connect(shop, data, "--webhook-base", base)
        sync(data)
        yield People(shop, data, base, lib.Server(data, port=port))


class People:
    def __init__(self, shop, data, base, server):
        self.shop, self.data, self.server = shop, data, server
        hooks = [w for w in shop.rows["webhooks"].values() if w["delivery_url"].startswith(base)]
        self.hook = {w["topic"]: (w["delivery_url"], w["secret"]) for w in hooks}
        self.name = lib.sql(data, "SELECT name FROM store_row")[0][0]
        self.key = {kind: lib.run_json("stores", "keys", self.name, "rotate", kind, "--data", data) for kind in ("secret", "public")}
        self.key = {kind: next(v for v in answer.values() if isinstance(v, str) and v.startswith("v")) for kind, answer in self.key.items()}
        lib.wait_until(lambda: server.get("/api/v1/store", key=self.key["secret"])[0] == 200)
        self.template = next(o for o in shop.rows["orders"].values() if len(o["line_items"]) == 2)

    def post(self, path, body, key="secret"):
        return self.server.post(path, body, key=self.key[key])

    def ask(self, method, path, key="secret"):
        status, _, body = self.server.request(method, path, headers=lib.bearer(self.key[key]))
        return status, lib.as_json(body)

    def tell(self, *events):
        status, answer = self.post("/api/v1/events/track", {"visitor_id": VISITOR, "events": list(events)}, "public")
        assert status == 200 and answer["accepted"] == len(events), answer

    def order(self, order_id, product, **more):
        """An order of two lines as the shop would send it, the first of them of the product."""
        o = copy.deepcopy(self.template)
        stamp = local()
        o.update({"id": order_id, "number": str(order_id), "status": "processing", "customer_id": 0, "billing": dict(BILLING), "shipping": dict(BILLING),
                  "customer_note": "Anamaria asks for a ribbon", "transaction_id": "tx-anamaria", "refunds": [], "date_created_gmt": stamp,
                  "date_modified_gmt": stamp, "date_created": stamp, "date_modified": stamp, "date_paid_gmt": stamp, "total": "30.00", **more})
        o["line_items"][0].update({"product_id": int(product), "variation_id": 0, "total": "9.00", "total_tax": "1.71"})
        self.send("order.created", o)
        return o

    def send(self, topic, order):
        self.shop.rows["orders"][order["id"]] = order
        assert send_webhook(self.hook[topic][0], topic, order, self.hook[topic][1])[0] == 200

    def change(self, order, **more):
        stamp = local(1 / 86400)
        order.update({**more, "date_modified_gmt": stamp, "date_modified": stamp})
        self.send("order.updated", order)

    def shown(self):
        """An answer, when its row is in the log: its rec_id and its products."""
        answer = self.post("/api/v1/recommendations", {"visitor_id": VISITOR, "placement": "home", "n": 4})[1]
        items = [i["product_id"] for i in answer["items"]]
        lib.wait_until(lambda: lib.sql(self.data, "SELECT 1 FROM exposure_row WHERE rec_id = ?", answer["rec_id"]))
        return answer["rec_id"], items

    def attributed(self, order_id):
        return lib.sql(self.data, "SELECT line_id, how, rec_id, person, value, refunded, product_id FROM attribution_row WHERE order_id = ?", str(order_id))


def everything(data):
    """All rows of all tables as one text."""
    return repr(lib.dump(data))


def test_a_click_then_an_order_by_webhook_is_a_row_and_a_refund_takes_it_back():
    with running() as p:
        rec, items = p.shown()
        p.tell({"type": "impression", "rec_id": rec, "items": items}, {"type": "click", "rec_id": rec, "product_id": items[0]},
               {"type": "view", "product_id": items[0]})
        order = p.order(77001, items[0], meta_data=[{"id": 1, "key": "_vitrine_visitor", "value": VISITOR}])
        got = p.attributed(77001)
        assert [(r[1], r[2], r[4], r[5], r[6]) for r in got][:1] == [("click", rec, 1071, 0, items[0])], got
        assert got[0][3] == lib.sql(p.data, "SELECT person FROM alias_row WHERE alias = ?", "v:" + VISITOR)[0][0]      # tied to the guest
        line = order["line_items"][0]
        p.send("order.updated", order)                                  # the same again changes nothing
        assert p.attributed(77001) == got
        p.change(order, refunds=[{"id": 77002, "reason": "", "total": "-15.00"}])      # half of the order, not said for what
        assert p.attributed(77001)[0][5] == 536, p.attributed(77001)    # half of 10.71, rounded up
        p.change(order, status="cancelled", refunds=[])
        assert all(r[5] == r[4] for r in p.attributed(77001))
        p.change(order, status="completed")
        assert p.attributed(77001)[0][5] == 0
        assert str(line["id"]) == p.attributed(77001)[0][0]


def test_the_page_s_word_the_shop_s_word_and_a_sync_count_an_order_once():
    with running() as p:
        rec, items = p.shown()
        p.tell({"type": "click", "rec_id": rec, "product_id": items[0]},
               {"type": "purchase", "order_id": "77001", "rec_id": rec, "items": items[:1]})       # the page is quicker than the webhook
        assert p.attributed(77001) == []
        p.order(77001, items[0])
        got = p.attributed(77001)
        assert [(r[1], r[2]) for r in got][:1] == [("exact", rec)], got
        sync(p.data, "--full")
        p.tell({"type": "purchase", "order_id": "77001", "items": items[:1]})
        assert p.attributed(77001) == got
        assert lib.sql(p.data, "SELECT person FROM alias_row WHERE alias = ?", "v:" + VISITOR)      # told at once: tied to the guest


def test_a_log_in_ties_browsers_and_a_public_key_may_not_claim_an_account():
    with running() as p:
        claim = {"visitor_id": VISITOR, "customer_id": "3"}
        assert p.post("/api/v1/identify", claim, "public")[0] == 403
        for bad, field in (({"visitor_id": VISITOR}, "visitor_id"), ({"visitor_id": VISITOR, "email": "nobody"}, "email"),
                           ({"visitor_id": VISITOR, "email_hash": "AB" * 32}, "email_hash"), ({}, "visitor_id")):
            status, answer = p.post("/api/v1/identify", bad)
            assert status == 400 and answer["error"]["field"] == field, (bad, answer)
        assert lib.sql(p.data, "SELECT count(*) FROM alias_row") == [(0,)]
        assert p.post("/api/v1/identify", claim) == (200, {"status": "accepted"})
        assert p.post("/api/v1/identify", {"visitor_id": "v-phone", "email": "ANA2@example.test "}, "public")[0] == 200     # of account 3
        names = dict(lib.sql(p.data, "SELECT alias, person FROM alias_row"))
        assert len(names) == 4 and len(set(names.values())) == 1, names
        status, told = p.ask("GET", "/api/v1/person?visitor_id=v-phone")
        assert status == 200 and sorted(told["names"]["visitors"]) == sorted([VISITOR, "v-phone"]) and "3" in told["names"]["customers"]
        assert told["customer"][0]["email"] and len(told["order"]) == len([o for o in p.shop.rows["orders"].values() if o["customer_id"] == 3])
        assert p.ask("GET", "/api/v1/person?visitor_id=v-phone", "public")[0] == 403
        assert p.ask("DELETE", "/api/v1/person?visitor_id=v-phone", "public")[0] == 403
        assert p.ask("GET", "/api/v1/person")[0] == 400 and p.ask("DELETE", "/api/v1/person?nobody=1")[0] == 400


def test_everything_is_told_and_an_erasure_leaves_nothing_that_a_sync_brings_back():
    with running() as p:
        rec, items = p.shown()
        p.tell({"type": "search", "query": "Anamaria's lamp"}, {"type": "click", "rec_id": rec, "product_id": items[0]})
        p.order(77001, items[0], meta_data=[{"id": 1, "key": "_vitrine_visitor", "value": VISITOR}])
        p.order(77004, items[0], billing=dict(BILLING, email="somebody.else@people.test", first_name="Else", last_name="Body", phone="1", address_1="x"),
                customer_note="", transaction_id="", shipping={})
        told = lib.run_json("person", "export", p.name, "--email", EMAIL.upper(), "--data", p.data)
        text = json.dumps(told)
        for word in (VISITOR, EMAIL, "Anamaria's lamp", "Popescu", "0722000111", "tx-anamaria", "Anamaria asks for a ribbon", rec):
            assert word in text, word
        assert [o["order_id"] for o in told["order"]] == ["77001"] and told["attribution"] and "somebody.else" not in text
        value = p.attributed(77001)[0][4]
        assert lib.run("person", "erase", p.name, "--email", EMAIL, "--data", p.data, ok=False).returncode == 2      # not without --yes
        status, erased = p.ask("DELETE", f"/api/v1/person?email={EMAIL}")
        assert status == 200 and erased["done"] and erased["deleted"] >= 4 and erased["blanked"] >= 3, erased
        sync(p.data, "--full")                                          # the shop still holds it, unchanged
        left = everything(p.data)
        for word in (VISITOR, EMAIL, "Anamaria", "Popescu", "0722000111", "tx-anamaria"):
            assert word not in left, (word, left[max(0, left.find(word) - 300):left.find(word) + 100])
        assert "somebody.else@people.test" in left
        assert p.attributed(77001)[0][3:5] == ("", value)               # the books keep the sum
        again = lib.run_json("person", "erase", p.name, "--visitor", VISITOR, "--yes", "--data", p.data)
        assert again == {"done": True, "deleted": 0, "blanked": 0}, again
