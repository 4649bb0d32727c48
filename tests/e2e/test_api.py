"""The API of a running server over the demonstration shop: every route with no key, a wrong key, wrong bodies; recommendations as promised."""
import concurrent.futures, contextlib, json, os, pathlib, re, shutil, socket, sqlite3, subprocess
import lib

_demo = None


def demo_folder():
    """A data folder with the demonstration shop, made once and copied for each test."""
    global _demo
    if not _demo:
        _demo = pathlib.Path(lib.tempfile.mkdtemp(prefix="vitrine-demo-"))
        import atexit
        atexit.register(shutil.rmtree, _demo, ignore_errors=True)
        lib.run("demo", "--data", _demo)
    path = lib.folder() / "data"
    shutil.copytree(_demo, path)
    return path


class Shop:
    """A server over a fresh copy of the demonstration shop, with its keys."""

    def __init__(self, *args):
        self.data = demo_folder()
        keys = json.loads((self.data / "demo-keys.json").read_text())
        self.public, self.secret, self.store = keys["public_key"], keys["secret_key"], keys["store_id"]
        self.server = lib.Server(self.data, *args)

    def recommend(self, **body):
        status, answer = self.server.post("/api/v1/recommendations", body, key=self.secret)
        assert status == 200, (status, answer)
        return answer

    def products(self, where="1=1"):
        return [r[0] for r in lib.sql(self.data, f"SELECT product_id FROM product_row WHERE type!='variation' AND status='publish' AND {where} "
                                                 "ORDER BY product_id")]


def test_answers_recommendations_with_everything_a_widget_needs():
    shop = Shop()
    seller = lib.sql(shop.data, "SELECT product_id FROM order_line_row WHERE kind='item' GROUP BY product_id ORDER BY count(*) DESC LIMIT 1")[0][0]
    answer = shop.recommend(product_id=seller, n=5)
    assert len(answer["items"]) == 5 and len(answer["rec_id"]) == 26 and answer["strategy"] in ("ranker", "rules"), answer
    for item in answer["items"]:
        assert item["product_id"] != seller and item["name"] and item["url"] and item["price"] > 0
        assert 0 < item["probability"] <= 1 and 0 <= item["confidence"] <= 1 and item["source"] and item["reason"] and item["message"]
    bundle = answer["bundle"]
    assert len(bundle["products"]) == 3
    assert abs(bundle["normal_price"] - bundle["bundle_price"] - bundle["savings"]) < 0.005 and bundle["savings"] > 0


def test_never_shows_what_may_not_be_shown():
    shop = Shop()
    hidden = set(shop.products("visibility='hidden'"))
    sold_out = {r[0] for r in lib.sql(shop.data, "SELECT product_id FROM product_row WHERE type='simple' AND stock_status='outofstock'")}
    drafts = {r[0] for r in lib.sql(shop.data, "SELECT product_id FROM product_row WHERE status!='publish'")}
    for product in shop.products()[::25]:
        answer = shop.recommend(product_id=product, n=50)
        ids = [i["product_id"] for i in answer["items"]]
        assert len(ids) == len(set(ids)) and product not in ids
        assert not set(ids) & (hidden | sold_out | drafts)


def test_the_four_forms_of_a_request_agree():
    shop = Shop()
    product = shop.products()[3]
    post = shop.recommend(product_id=product, n=3)
    get = shop.server.get(f"/api/v1/recommendations?product_id={product}&n=3", key=shop.secret)[1]
    alias = shop.server.post("/api/recommendations", {"store_id": shop.store, "product_id": int(product)}, key=shop.secret)[1]
    alias_get = shop.server.get(f"/api/recommendations?product_id={product}&key={shop.public}")[1]
    ids = [[i["product_id"] for i in a["items"]] for a in (post, get, alias, alias_get)]
    assert len(ids[0]) == 3 and ids.count(ids[0]) == 4, ids


def test_lists_of_a_page_are_asked_at_once_and_share_no_product():
    shop = Shop()
    product = shop.products()[3]
    lists = [{"placement": "product", "source": "cross_sell", "n": 3, "bundle": True}, {"placement": "also_bought", "n": 8},
             {"placement": "similar", "n": 8, "reserve": True}, {"placement": "upsell", "n": 2}]
    answer = shop.recommend(product_id=product, lists=lists)
    assert list(answer) == ["lists"]
    bundle, also, nothing, up = answer["lists"]
    assert nothing is None and [len(a["items"]) for a in (bundle, also, up)] == [3, 8, 2]
    shown = [p["product_id"] for p in bundle["bundle"]["products"][1:]] + [i["product_id"] for a in (also, up) for i in a["items"]]
    assert len(shown) == len(set(shown)) and product not in shown
    logged = lambda: [r[0] for r in lib.sql(shop.data, "SELECT rec_id FROM exposure_row ORDER BY rec_id")]
    lib.wait_until(lambda: logged() == sorted(a["rec_id"] for a in (bundle, also, up)))
    query = shop.server.get(f"/api/v1/recommendations?product_id={product}&lists=product,similar", key=shop.secret)[1]
    assert [a["placement"] for a in query["lists"]] == ["product", "similar"]
    for bad, field in (({"lists": lists, "n": 3}, "lists"), ({"lists": [{"placement": "attic"}]}, "placement"), ({"lists": lists * 4}, "lists"),
                       ({"lists": [{"n": 3}]}, "placement"), ({"lists": [{"placement": "home", "source": "luck"}]}, "source"), ({"lists": []}, "lists"),
                       ({"lists": [{"placement": "home"}, {"placement": "attic"}]}, "placement")):
        status, error = shop.server.post("/api/v1/recommendations", bad, key=shop.secret)[:2]
        assert status == 400 and error["error"]["field"] == field, (bad, error)


def test_filters_hold():
    shop = Shop()
    answer = shop.recommend(n=20, filter={"price_min": 20, "price_max": 60})
    assert answer["items"] and all(20 <= i["price"] <= 60 for i in answer["items"])
    slug = lib.sql(shop.data, "SELECT slug, category_id FROM category_row WHERE category_id IN (SELECT category_id FROM product_category_row "
                              "GROUP BY 1 HAVING count(*) > 8) ORDER BY 1 LIMIT 1")[0]
    inside = {r[0] for r in lib.sql(shop.data, "SELECT product_id FROM product_category_row WHERE category_id=?", slug[1])}
    answer = shop.recommend(n=5, filter={"categories": [slug[0]]})
    assert answer["items"] and all(i["product_id"] in inside for i in answer["items"])


def test_every_route_refuses_what_it_should():
    shop = Shop()
    spec = shop.server.get("/openapi.json")[1]
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            real = re.sub(r"\{[^}]*\}", "1", path)
            body = b"{}" if method in ("post", "put") else None
            headers = {"Content-Type": "application/json"} if body else {}
            if operation["security"]:
                for key in (None, "vsk_1_nonsense", "x" * 5000):
                    status, _, text = shop.server.request(method.upper(), real, body, {**headers, **lib.bearer(key)})
                    assert status in (401, 431, 400), (method, path, key and key[:12], status)
                    if status == 401:
                        error = json.loads(text)["error"]
                        assert error["code"] == "unauthorized" and len(error["message"]) > 20 and re.fullmatch("[0-9a-f]{16}", error["trace"])
            if "requestBody" in operation:
                signed = path == "/api/v1/plugin/batch"     # nothing of its body is read before the signature holds
                refusal = (401, "unauthorized") if signed else (400, "invalid")
                for bad in (b"{", b"[]", b"{\"nobody\":1}", b"\xff\xfe", b"[" * 3000, b"{\"n\":1,\"n\":2}"):
                    status, _, text = shop.server.request(method.upper(), real, bad, {**headers, **lib.bearer(shop.secret)})
                    assert (status, json.loads(text)["error"]["code"]) == refusal, (path, bad[:20], status, text)
                send = lambda text, **more: shop.server.request(method.upper(), real, text, {**headers, **lib.bearer(shop.secret), **more})[0]
                assert send(b"{", **{"Content-Length": "3000000"}) == 413
                assert send(b"n=1", **{"Content-Type": "application/x-www-form-urlencoded"}) == (401 if signed else 415)
            wrong = "PATCH" if "put" in methods else "PUT"
            assert shop.server.request(wrong, real)[0] in (405, 501), (path, wrong)
    assert shop.server.get("/nothing/here")[0] == 404
    assert shop.server.get("/../../etc/passwd")[0] in (400, 404)


def test_a_public_key_reads_recommendations_only_and_only_on_its_pages():
    shop = Shop()
    assert shop.server.post("/api/v1/recommendations", {}, key=shop.public)[0] == 200
    assert shop.server.get("/api/v1/store", key=shop.public)[0] == 403
    lib.run("stores", "origins", "demo", "https://shop.example", "--data", shop.data)
    ask = lambda origin: shop.server.post("/api/v1/recommendations", {}, key=shop.public, headers={"Origin": origin})[0]
    lib.wait_until(lambda: ask("https://evil.example") == 403)     # the running server notices the change by itself
    assert ask("https://shop.example") == 200
    assert shop.server.post("/api/v1/recommendations", {}, key=shop.public, headers={"Origin": "https://evil.example"})[0] == 403
    status, headers, _ = shop.server.request("OPTIONS", "/api/v1/recommendations", headers={
        "Origin": "https://shop.example", "Access-Control-Request-Method": "POST"})
    assert status == 204 and headers["access-control-allow-origin"] == "https://shop.example"
    for path, methods in (("/api/v1/recommendations", "GET, POST, OPTIONS"), ("/api/v1/placements/home", "PUT, OPTIONS"),
                          ("/api/v1/person", "GET, DELETE, OPTIONS"), ("/nothing", "GET, POST, OPTIONS")):
        headers = shop.server.request("OPTIONS", path, headers={"Origin": "https://shop.example"})[1]
        told = headers["access-control-allow-methods"]
        assert sorted(told.split(", ")) == sorted(methods.split(", ")), (path, told)


def test_visitors_behind_a_proxy_have_allowances_of_their_own():
    shop = Shop()

    def ask(forwarded):
        return shop.server.post("/api/v1/recommendations", {"n": 1}, key=shop.public, headers={"X-Forwarded-For": forwarded})[0]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(lambda i: ask(f"198.51.100.{i % 250}, 203.0.113.7"), range(1500)))
    assert answers == {200, 429}, answers                   # what a visitor writes in front of the proxy's word changes nothing
    assert ask("203.0.113.8") == 200


def test_wrong_values_name_their_field():
    shop = Shop()
    for body, field in (({"n": 0}, "n"), ({"n": 51}, "n"), ({"cart": ["a"] * 101}, "cart"), ({"source": "magic"}, "source"),
                        ({"placement": "moon"}, "placement"), ({"filter": {"price_min": "x"}}, "price_min"),
                        ({"product_id": "p" * 191}, "product_id")):
        status, answer = shop.server.post("/api/v1/recommendations", body, key=shop.secret)
        assert status == 400 and answer["error"]["field"] == field, (body, answer)


def test_rules_are_exported_in_the_owners_shape():
    shop = Shop()
    status, rules = shop.server.get("/api/v1/rules?per_product=2", key=shop.secret)
    assert status == 200 and len(rules["cross_sell"]) > 100 and len(rules["upsell"]) > 20
    assert set(rules["upsell"][0]) == {"from", "to", "discount", "probability", "message"}
    entry = next(e for e in rules["cross_sell"] if e.get("bundle"))
    assert set(entry) == {"product", "recommendations", "bundle"} and set(entry["recommendations"][0]) == {"product_id", "probability", "price"}
    assert set(entry["bundle"]) == {"products", "normal_price", "bundle_price", "savings"}


def test_the_description_is_valid_openapi():
    shop = Shop()
    checker = lib.ROOT / "tests" / "openapi"
    if not (checker / "node_modules").exists():
        raise lib.Skip("the OpenAPI validator is not installed (script/test installs it)")
    text = json.dumps(shop.server.get("/openapi.json")[1])
    done = subprocess.run(["node", checker / "check.mjs"], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:3000]
    assert "valid OpenAPI 3.1" in done.stdout


def test_pages_show_shops_to_this_machine_only():
    shop = Shop()
    status, _, home = shop.server.request("GET", "/")
    assert status == 200 and b"Goes together" in home and b"/api/v1/recommendations" in home and shop.public.encode() in home
    assert shop.secret.encode() not in home
    assert b"How well it answers" in home and b"ten best sellers" in home and b"The order of suggestions" in home
    for headers in ({"X-Forwarded-For": "203.0.113.9"}, {"Host": "evil.example"}):
        page = shop.server.request("GET", "/", headers=headers)[2]
        assert b"Goes together" not in page and b"How well" not in page
    docs = shop.server.request("GET", "/docs")[2]
    assert b"/api/v1/recommendations" in docs and b"price_min" in docs
    image = re.search(rb"src='(/demo/images/[^']+)'", home).group(1).decode()
    status, headers, svg = shop.server.request("GET", image)
    assert status == 200 and headers["content-type"] == "image/svg+xml" and svg.startswith(b"<svg")


def test_the_first_page_says_what_is_missing_and_what_goes_on():
    nothing = lib.Server(lib.folder() / "data")
    status, _, home = nothing.request("GET", "/")
    assert status == 200 and b"No shop yet" in home and b"vitrine connect woocommerce" in home
    shop = Shop()
    with contextlib.closing(sqlite3.connect(shop.data / "vitrine.db")) as db, db:
        db.execute("UPDATE store_row SET state='error', state_note='The key <was> refused.'")
        db.execute("INSERT INTO job_row(store_id, job_id, kind, state, step, done, total, owner, heartbeat_ms) "
                   "SELECT store_id, 9999, 'sync', 'running', 'orders', 1063, 3365, 'another:1:1', 4102444800000 FROM store_row")
        db.execute("DELETE FROM order_row")
    _, headers, home = shop.server.request("GET", "/")
    home = home.decode()
    assert "The key &lt;was&gt; refused." in home and "state bad" in home
    assert "Copying the shop: orders, 1\u202f063 of 3\u202f365" in home and "<progress max=3365 value=1063>" in home
    assert "No orders yet" in home and "refresh" in headers


def test_health_and_metrics():
    shop = Shop()
    assert shop.server.get("/healthz")[1]["status"] == "ok" and shop.server.get("/readyz")[0] == 200
    shop.recommend(n=3)
    text = shop.server.get("/metrics")[1]
    assert re.search(r'vitrine_http_requests_total\{route="/api/v1/recommendations",status="2xx"\} 1', text), text[:2000]
    assert "vitrine_resident_bytes" in text


def test_a_train_job_runs_and_is_told():
    shop = Shop()
    status, job = shop.server.post("/api/v1/store/train", {}, key=shop.secret)
    assert status == 202, job
    done = lib.wait_until(lambda: (lambda j: j if j["state"] in ("done", "failed") else None)(
        shop.server.get(f"/api/v1/jobs/{job['job_id']}", key=shop.secret)[1]))
    assert done["state"] == "done", done
    assert shop.server.get("/api/v1/jobs", key=shop.secret)[1]["jobs"][0]["job_id"] == job["job_id"]
    assert shop.server.get("/api/v1/jobs/99999", key=shop.secret)[0] == 404
    assert shop.server.get("/api/v1/jobs/x", key=shop.secret)[0] == 404


def test_many_clients_at_once_get_whole_answers():
    shop = Shop()
    products = shop.products()[:64]

    def ask(i):
        return shop.server.post("/api/v1/recommendations", {"product_id": products[i % 64], "n": 4}, key=shop.secret)

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(ask, range(640)))
    assert all(status == 200 and len(a["items"]) == 4 for status, a in answers)
    assert len({a["rec_id"] for _, a in answers}) == 640


def test_stops_cleanly_while_clients_hang_on():
    shop = Shop()
    hanging = [socket.create_connection(("127.0.0.1", shop.server.port)) for _ in range(20)]
    for s in hanging[:10]:
        s.sendall(b"POST /api/v1/recommendations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    assert shop.server.stop() == 0
    for s in hanging:
        s.close()
