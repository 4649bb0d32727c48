"""A WooCommerce shop goes in: every row, whatever the shop does meanwhile, and the same rows after a kill at any moment."""
import concurrent.futures, contextlib, copy, json, random, shutil, signal, sqlite3, subprocess, time
from fake_shop import FakeShop, Invented, Recorded, send_webhook
from lib import BINARY, SHARED, Server, Skip, bearer, dump, environment, folder, free_port, run, sql, wait_until

KEY, SECRET = "ck_" + "1" * 40, "cs_" + "1" * 40
OURS = {"store_row", "job_row", "api_key_row", "model_row", "webhook_row", "sync_cursor_row", "delivery_row", "usage_row", "event_row",
        "counter_row", "insight_row", "move_row", "subject_row", "connect_code_row"}
BOOKKEEPING = ("payload_hash", "product_count")
AT_ONCE = 8


def source(version="11.0.1", size=40):
    """The recorded shop, or an invented one where recordings are not on the machine."""
    path = SHARED / "fixtures/woocommerce" / version
    return Recorded(path) if path.exists() else Invented(size, 3, version)


@contextlib.contextmanager
def shop_of(what, **options):
    shop = FakeShop(what, **options).start()
    try:
        yield shop
    finally:
        shop.stop()


def connect(shop, data, *args, key=KEY, secret=SECRET, url=None, **kw):
    if run("connect", "--help", ok=None).returncode:
        raise Skip("this build cannot connect shops")
    return run("connect", "woocommerce", url or shop.url, "--key", key, "--secret", secret, "--data", data, "--no-sync", *args, **kw)


def sync(data, *args, **kw):
    return run("sync", "--data", data, "--no-train", *args, **kw)


def rows(data):
    """Rows of the shop, without what is ours."""
    return {table: found for table, found in dump(data, BOOKKEEPING).items() if table not in OURS and not table.startswith("sqlite")}


def differences(expected, found):
    lines = []
    for table in sorted(set(expected) | set(found)):
        a, b = set(map(repr, expected.get(table, []))), set(map(repr, found.get(table, [])))
        lines += [f"{table}: missing {x[:200]}" for x in sorted(a - b)[:2]] + [f"{table}: too many {x[:200]}" for x in sorted(b - a)[:2]]
    return "\n".join(lines)


def same(expected, found, what):
    assert expected == found, f"{what}:\n{differences(expected, found)}"


def count(data, table, where="1"):
    return sql(data, f"SELECT count(*) FROM {table} WHERE {where}")[0][0]


def copied(what, chaos=None, **options):
    """A shop and the rows of a full copy of it; the chaos begins after it was connected."""
    data = folder()
    with shop_of(what, **options) as shop:
        connect(shop, data, *(["--insecure"] if shop.tls else []))
        shop.chaos.update(chaos or {})
        sync(data, "--full", timeout=110)
        return shop, rows(data)


_undisturbed = {}


def undisturbed(version, size=40):
    if (version, size) not in _undisturbed:
        _undisturbed[version, size] = copied(source(version, size))[1]
    return _undisturbed[version, size]


def certificate():
    where = folder()
    if not shutil.which("openssl"):
        raise Skip("openssl is not on this machine")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", where / "k.pem", "-out", where / "c.pem", "-days", "2",
                    "-subj", "/CN=127.0.0.1"], check=True, capture_output=True)
    return str(where / "c.pem"), str(where / "k.pem")


def check_counts(version):
    what = source(version)
    data = folder()
    with shop_of(what) as shop:
        connect(shop, data)
        sync(data, "--full")
        visible = lambda name: sum(r.get("status") != "trash" for r in shop.rows[name].values())
        guests = {o["billing"]["email"].strip().lower() for o in what.rows["orders"] if not o["customer_id"]}
        expected = {"product_row": visible("products") + visible("variations"), "category_row": visible("categories"), "tag_row": visible("tags"),
                    "brand_row": visible("brands"), "customer_row": visible("customers") + len(guests), "order_row": visible("orders"),
                    "refund_row": visible("refunds"), "review_row": visible("reviews"), "coupon_row": visible("coupons"),
                    "order_line_row": sum(len(o[k]) for o in what.rows["orders"] for k in o if k.endswith("_lines") or k == "line_items"),
                    "refund_line_row": sum(len(r["line_items"]) + len(r["shipping_lines"]) + len(r["fee_lines"]) for r in what.rows["refunds"])}
        found = {table: count(data, table) for table in expected}
        assert found == expected, (version, found, expected)
        assert count(data, "product_row", "parent_id <> ''") == visible("variations")
        assert count(data, "refund_row", "created_ms = 0") == 0, "details of refunds are missing"
        total = sum(round(float(o["total"]) * 100) for o in what.rows["orders"])
        assert sql(data, "SELECT sum(total) FROM order_row")[0][0] == total
        before = len(shop.requests)
        sync(data)
        assert rows(data) == rows(data) and len(shop.requests) - before < 20, "a sync of nothing asks too much"


def test_1_every_row_of_a_new_shop_arrives():
    check_counts("11.0.1")


def test_1_every_row_of_an_old_shop_arrives():
    check_counts("7.9.0")


def test_2_each_misbehaviour_ends_in_the_same_rows():
    new, old = source("11.0.1"), source("7.9.0")
    faults = [(new, "11.0.1", chaos, {}) for chaos in (
        {"error500": .1}, {"gateway_timeout": .1}, {"slow_pages": 1}, {"truncate": .2}, {"truncate": .2, "http10": 1}, {"html": .1}, {"dirt": 1},
        {"lost_page": .2}, {"lost_rows": .2}, {"busy": .2}, {"ignore_per_page": 1}, {"ignore_offset": 1}, {"ignore_order": 1}, {"no_totals": 1},
        {"lower_headers": 1}, {"http10": 1}, {"disconnect": .1}, {"hang": .1}, {"error500": .1, "dirt": .5, "lost_rows": .1, "busy": .1})]
    faults += [(old, "7.9.0", chaos, {}) for chaos in ({"error500": .1}, {"lost_rows": .1}, {"ignore_per_page": 1})]
    faults += [(new, "11.0.1", {}, options) for options in ({"plain_permalinks": True}, {"prefix": "/a/shop"})]
    with contextlib.suppress(Skip):
        cert = certificate()
        faults += [(new, "11.0.1", {}, {"cert": cert}), (new, "11.0.1", {"drop_authorization": 1}, {"cert": cert}),
                   (new, "11.0.1", {"drop_authorization": 1}, {"cert": cert, "plain_permalinks": True})]
    expected = {"11.0.1": undisturbed("11.0.1"), "7.9.0": undisturbed("7.9.0")}
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [(version, chaos, options, pool.submit(copied, what, chaos=chaos, **options)) for what, version, chaos, options in faults]
    for version, chaos, options, done in runs:
        same(expected[version], done.result()[1], f"{version} {chaos} {list(options)}")


def test_3_rows_that_go_away_while_pages_are_read_cost_no_other_row():
    what, data = source(), folder()
    with shop_of(what) as shop:
        for name in ("products", "orders", "reviews"):
            shop.add_churn(name, 6)
        connect(shop, data)
        shop.chaos["churn"] = 1
        sync(data, "--full")
        found = {table: set(map(repr, r)) for table, r in rows(data).items()}
        for table, expected in undisturbed("11.0.1").items():
            assert set(map(repr, expected)) <= found[table], (table, sorted(set(map(repr, expected)) - found[table])[:2])
        for _, ids in shop.churned:                         # the rest goes, and the sweep takes them all
            ids.clear()
        for name in ("products", "orders", "reviews"):
            shop.rows[name] = {i: r for i, r in shop.rows[name].items() if i in {row["id"] for row in what.rows[name]}}
        sync(data, "--sweep")
        same(undisturbed("11.0.1"), rows(data), "after the sweep")


def expire(data):
    """As if the minute had passed after which a job whose process died is taken over."""
    with contextlib.closing(sqlite3.connect(data / "vitrine.db", timeout=20)) as db:
        db.execute("UPDATE job_row SET heartbeat_ms = 1 WHERE state = 'running'")
        db.commit()


def kill_somewhere(what, seed, longest_s, expected):
    """How many of the kills hit a copy that had begun and not ended."""
    data, draw, hits = folder(), random.Random(seed), 0
    with shop_of(what, seed=seed) as shop:
        connect(shop, data)
        shop.chaos.update(disconnect=.02, error500=.02)
        for _ in range(1 + seed % 3):
            process = subprocess.Popen([BINARY, "sync", "--full", "--no-train", "--data", str(data)], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, env=environment())
            time.sleep(draw.random() * longest_s)
            process.send_signal(signal.SIGKILL)
            process.wait()
            expire(data)
            hits += sql(data, "SELECT count(*) FROM sync_cursor_row WHERE resource = 'full copy' AND run_started_ms <> 0")[0][0]
        sync(data, "--full", timeout=110)
        same(expected, rows(data), f"killed, seed {seed}")
        assert sql(data, "PRAGMA integrity_check") == [("ok",)]
    return hits


def test_4_a_killed_sync_ends_in_the_rows_of_an_undisturbed_one():
    what, expected = source(), undisturbed("11.0.1")
    data = folder()
    with shop_of(what) as shop:
        connect(shop, data)
        started = time.monotonic()
        sync(data, "--full")
        longest_s = (time.monotonic() - started) * 1.2
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [pool.submit(kill_somewhere, what, seed, longest_s, expected) for seed in range(20)]
    hits = sum(done.result() for done in runs)
    assert hits >= 5, f"only {hits} kills hit a running copy: this proves little"


def test_5_changes_arrive_and_deletions_are_believed_only_at_a_second_look():
    what, data = source(), folder()
    with shop_of(what) as shop:
        connect(shop, data)
        sync(data, "--full")
        products, orders = shop.rows["products"], shop.rows["orders"]
        ids = [i for i, p in products.items() if p["type"] == "simple" and p["status"] == "publish"]
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 1))
        stamp = {"date_modified": now, "date_modified_gmt": now}
        products[ids[0]].update(price="77.7", regular_price="77.7", **stamp)
        products[ids[1]].update(manage_stock=True, stock_quantity=987)              # a sale that nobody dates
        order = copy.deepcopy(orders[max(orders)])
        order.update(id=max(orders) + 5000, status="pending", refunds=[], **stamp)
        orders[order["id"]] = order
        gone_product, gone_order = ids[2], min(orders)
        gone_review, gone_customer = min(shop.rows["reviews"]), max(shop.rows["customers"])
        products[gone_product]["status"] = "trash"
        for name, i in (("orders", gone_order), ("reviews", gone_review), ("customers", gone_customer)):
            del shop.rows[name][i]
        sync(data)
        one = lambda table, column, i, what: sql(data, f"SELECT {what} FROM {table} WHERE {column} = ?", str(i))
        assert one("product_row", "product_id", ids[0], "price") == [(7770,)]
        assert one("order_row", "order_id", order["id"], "status") == [("pending",)]
        assert one("order_row", "order_id", gone_order, "1") == [(1,)], "nothing is deleted without a sweep"
        shop.chaos = {"lost_rows": 1, "error500": .05}                              # a shop that loses rows deletes nothing of ours
        before = count(data, "order_row") + count(data, "product_row")
        sync(data, "--sweep", ok=None)
        assert count(data, "order_row") + count(data, "product_row") >= before - 2
        for i in list(orders)[5:50]:
            assert one("order_row", "order_id", i, "1") == [(1,)], i
        shop.chaos = {}
        sync(data, "--sweep")
        assert one("product_row", "product_id", ids[1], "stock_quantity") == [(987,)]
        for table, column, i in (("product_row", "product_id", gone_product), ("order_row", "order_id", gone_order),
                                 ("review_row", "review_id", gone_review), ("customer_row", "customer_id", gone_customer)):
            assert one(table, column, i, "1") == [], (table, i)
        products[gone_product]["status"] = "publish"                                # restored without a word, old dates
        orders[gone_order] = next(o for o in what.rows["orders"] if o["id"] == gone_order)
        sync(data, "--sweep")
        assert one("product_row", "product_id", gone_product, "1") == [(1,)]
        assert one("order_row", "order_id", gone_order, "1") == [(1,)]
        assert count(data, "customer_row", "guest = 1") > 0


def test_6_each_failure_of_a_connection_is_explained():
    what, key = Invented(5, 1, "11.0.1"), lambda d: {"key": f"ck_{d * 40}", "secret": f"cs_{d * 40}"}
    wrong = {"secret": "cs_" + "0" * 40}
    cases = [({}, {}, key("0"), "wrong_key"), ({}, {}, wrong, "wrong_secret"), ({}, {}, key("3"), "write_only_key"), ({}, {}, key("4"), "no_capability"),
             ({"rest_off": True}, {}, {}, "rest_off"), ({}, {"html": 1}, {}, "firewall"), ({}, {"gateway_timeout": 1}, {}, "timeout"),
             ({}, {"error500": 1}, {}, "server_error"), ({}, {"disconnect": 1}, {}, None), ({}, {}, {"path": "/nowhere"}, "no_page")]
    with contextlib.suppress(Skip):
        tls = {"cert": certificate()}
        cases += [(tls, {}, {}, "certificate"), (tls, {}, {**key("0"), "insecure": 1}, "wrong_key"), (tls, {}, {**wrong, "insecure": 1}, "wrong_secret"),
                  (tls, {}, {**key("4"), "insecure": 1}, "no_capability"), (tls, {"drop_authorization": 1}, {**wrong, "insecure": 1}, "wrong_secret")]
    for options, chaos, args, problem in cases:
        with shop_of(what, chaos=chaos, **options) as shop:
            extra = ["--insecure"] if args.get("insecure") else []
            done = connect(shop, folder(), "--json", *extra, url=shop.url + args.get("path", ""), ok=False,
                           **{k: v for k, v in args.items() if k in ("key", "secret")})
            assert problem is None or problem in done.stdout + done.stderr, (problem, done.stdout, done.stderr)
            assert SECRET not in done.stdout + done.stderr
    for url, problem in ((f"http://127.0.0.1:{free_port()}", "refused"), ("http://no-such-host.invalid", "no_such_host"), ("shop example", "bad_url")):
        done = connect(None, folder(), "--json", url=url, ok=False)
        assert problem in done.stdout + done.stderr, (problem, done.stdout, done.stderr)
    with shop_of(what) as shop:
        connect(shop, folder(), key="ck_" + "2" * 40, secret="cs_" + "2" * 40)     # read only: good enough
        assert not shop.rows["webhooks"]


def test_6_prices_are_written_as_the_shop_writes_them_and_follow_its_settings():
    what, data = Invented(8, 3, "11.0.1"), folder()
    with shop_of(what) as shop:
        simple = next(i for i, row in shop.rows["products"].items() if row["type"] == "simple")
        shop.rows["products"][simple]["price"] = shop.rows["products"][simple]["regular_price"] = "1234.50"
        key = json.loads(connect(shop, data, "--json").stdout)["secret"]
        sync(data, "--full")
        server = Server(data)
        written = lambda: server.get("/api/v1/widget/config", key)[1]["store"]["price"]
        cards = lambda: server.get(f"/api/v1/widget/products?ids={simple}", key)[1]["items"][0]["price_text"]
        assert written() == {"before": "", "after": "\u00a0lei", "thousand": ".", "decimal": ",", "digits": 2}
        assert cards() == "1.234,50\u00a0lei", cards()
        change = {"woocommerce_currency_pos": "left", "woocommerce_price_thousand_sep": "&nbsp;", "woocommerce_price_num_decimals": "0"}
        for row in what.settings["general"]:
            row["value"] = change.get(row["id"], row["value"])
        what.status["settings"]["currency_symbol"] = "R&amp;&#66;"
        sync(data, "--full")
        wait_until(lambda: written() == {"before": "R&B", "after": "", "thousand": "\u00a0", "decimal": ",", "digits": 0})
        assert cards() == "R&B1\u00a0235"
        letter = server.request("GET", "/api/v1/widget/email?n=12", headers=bearer(key))[2].decode()
        assert "<b>R&amp;B1\u00a0235</b>" in letter and "R&B" not in letter, letter
        answer = server.get(f"/api/v1/recommendations?product_id={simple}&n=3", key)[1]
        assert answer["items"] and all(item["price_text"] == f"R&B{int(float(item['price']) + 0.5)}" for item in answer["items"]), answer
        for refusal in (403, 404):                                              # then what was known stays
            shop.refused = {"settings/general": refusal, "system_status": refusal}
            sync(data, "--full")
            assert sql(data, "SELECT price_style FROM store_row WHERE platform = 'woocommerce'")[0][0].startswith('{"before":"R&B"')
        server.stop()
    for refusal, kept in (({"settings/general": 403, "system_status": 403}, ""), ({"settings/general": 404}, '{"before":"","after":"\u00a0lei"'),
                          ({"system_status": 404}, '{"before":"","after":"\u00a0lei"')):
        data = folder()
        with shop_of(Invented(5, 3, "11.0.1")) as shop:
            shop.refused = refusal
            connect(shop, data)
            sync(data, "--full")
            style, state = sql(data, "SELECT price_style, state FROM store_row")[0]
            assert state == "ready" and style.startswith(kept) and bool(style) == bool(kept), (refusal, style, state)


def test_7_webhooks_are_made_mended_and_obeyed():
    what, data = source(), folder()
    with shop_of(what) as shop:
        server_port = free_port()
        base = f"http://127.0.0.1:{server_port}"
        shop.rows["webhooks"][1] = {"id": 1, "topic": "order.created", "status": "disabled", "delivery_url": "https://else.example/hook"}
        connect(shop, data, "--webhook-base", base)
        sync(data, "--full")
        ours = [w for w in shop.rows["webhooks"].values() if w["delivery_url"].startswith(base + "/api/v1/webhooks/")]
        assert len(ours) == 15, [w["delivery_url"] for w in shop.rows["webhooks"].values()]
        ours[3]["status"] = "disabled"
        sync(data)
        assert ours[3]["status"] == "active" and len(shop.rows["webhooks"]) == 16
        assert shop.rows["webhooks"][1]["status"] == "disabled", "not ours"
        hook = {w["topic"]: w for w in ours}
        server = Server(data, port=server_port)
        address = lambda topic: hook[topic]["delivery_url"]
        secret = hook["order.created"]["secret"]
        order = dict(copy.deepcopy(next(iter(shop.rows["orders"].values()))), id=999001, refunds=[])
        for _ in range(2):
            assert send_webhook(address("order.created"), "order.created", order, secret)[0] == 200
        assert send_webhook(address("order.created"), "order.created", order, secret + "x")[0] in (401, 403)
        wait_until(lambda: count(data, "order_row", "order_id = '999001'") == 1)
        assert send_webhook(address("coupon.deleted"), "coupon.deleted", {"id": min(shop.rows["products"])}, secret)[0] == 200
        assert send_webhook(address("order.deleted"), "order.deleted", {"id": 999001}, secret)[0] == 200
        wait_until(lambda: count(data, "order_row", "order_id = '999001'") == 0)
        assert count(data, "product_row", f"product_id = '{min(shop.rows['products'])}'") == 1
        server.stop()
