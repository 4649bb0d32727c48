"""What the server tells the widget, over the real binary: the configuration with its tag, whose pages may ask, what owners set."""
import html.parser, json, pathlib, re
import lib
from test_api import Shop

CONFIG = "/api/v1/widget/config"


def config(shop, query="", **headers):
    """(status, headers, answer) as a page of the shop gets it."""
    status, got, body = shop.server.request("GET", f"{CONFIG}?key={shop.public}{query}", headers=headers)
    return status, got, lib.as_json(body)


def slots(answer):
    return {p["slot"]: p for p in answer["placements"]}


def test_a_page_gets_its_widgets_and_asks_again_by_tag():
    shop = Shop()
    status, headers, answer = config(shop, "&lang=en")
    assert status == 200 and answer["version"] == 0 and answer["language"] == "en", answer
    assert headers["cache-control"] == "public, max-age=60" and headers["vary"] == "Origin"
    named = slots(answer)
    assert {"bought_together", "similar", "cart", "checkout", "for_you", "category", "search_empty", "not_found", "order_received"} <= set(named)
    assert not {"popup", "slide_in", "banner", "sticky", "email"} & set(named)
    for slot in answer["placements"]:                       # everything a slot asks for can be asked
        body = {"placement": slot["placement"], "n": slot["n"], "visitor_id": "v-1"}
        assert shop.server.post("/api/v1/recommendations", body, key=shop.public)[0] == 200, slot
    tag = headers["etag"]
    status, headers, answer = config(shop, "&lang=en", **{"If-None-Match": tag})
    assert (status, answer, headers["etag"]) == (304, "", tag)
    assert config(shop, "&lang=en", **{"If-None-Match": f'"x", W/{tag}'})[0] == 304
    assert config(shop, "&lang=ro", **{"If-None-Match": tag})[0] == 200
    set_to = shop.server.request("PUT", "/api/v1/placements/product", json.dumps({"display": "popup", "n": 2}),
                                 {"Content-Type": "application/json", **lib.bearer(shop.secret)})[0]
    status, _, answer = config(shop, "&lang=en", **{"If-None-Match": tag})
    assert (set_to, status) == (200, 200) and slots(answer)["bought_together"]["display"] == "popup"
    assert slots(answer)["bought_together"]["n"] == 2


def test_only_pages_of_the_shop_get_the_configuration():
    shop = Shop()
    lib.run("stores", "origins", "demo", "https://shop.example", "--data", shop.data)
    def settled():
        return config(shop, Origin="https://other.example")[0] == 403
    lib.wait_until(settled)
    status, headers, _ = config(shop, Origin="https://shop.example")
    assert status == 200 and headers["access-control-allow-origin"] == "https://shop.example" and headers["vary"] == "Origin"
    assert "access-control-allow-origin" not in config(shop, Origin="https://other.example")[1]
    assert shop.server.get(CONFIG)[0] == 401
    assert shop.server.get(f"{CONFIG}?key=vpk_1_nonsense")[0] == 401
    for bad in ("&lang=" + "x" * 30, "&page=home", "&lang=%ff"):
        assert config(shop, bad)[0] == 400, bad


def second_store(shop, products):
    """Keys of another store on the same server, with these lines of products."""
    path = pathlib.Path(shop.data) / "second.csv"
    path.write_text(products)
    lib.run("import", "products", path, "--store", "second", "--no-train", "--data", shop.data)
    return {k: lib.run_json("stores", "keys", "second", "rotate", k, "--data", shop.data)[k] for k in ("public", "secret")}


def owner(shop, method, path, body=None, status=200):
    """What the owner's dashboard does: (answer) of a call with the secret key."""
    headers = {"Content-Type": "application/json", **lib.bearer(shop.secret)}
    got, _, text = shop.server.request(method, "/api/v1/widget" + path, None if body is None else json.dumps(body), headers)
    assert got == status, (method, path, got, text)
    return json.loads(text)


def test_an_owner_designs_previews_publishes_and_rolls_back():
    shop = Shop()
    fields = owner(shop, "GET", "/fields")
    assert len(fields["slots"]) == 18 and owner(shop, "GET", "/draft")["revision"] == 0
    design = {"design": {"accent": "#0a5"}, "slots": {"popup": {"enabled": True, "trigger": {"kind": "exit"}, "title": {"ro": "Stai puțin"}}}}
    draft = owner(shop, "PUT", "/draft?revision=0", design)
    assert draft["revision"] == 1 and draft["design"] == design and draft["whole"]["slots"]["popup"]["title"]["en"]
    assert owner(shop, "PUT", "/draft?revision=0", {}, 409)["error"]["field"] == "revision"
    before = config(shop)[2]
    assert before["version"] == 0 and "popup" not in slots(before)
    token = owner(shop, "POST", "/preview", {"minutes": 5})["token"]
    status, headers, seen = config(shop, f"&preview_token={token}")
    assert status == 200 and seen["preview"] is True and headers["cache-control"] == "private, no-store" and "etag" not in headers
    assert seen["design"]["accent"] == "#0a5" and slots(seen)["popup"]["title"] == "Stai puțin"
    first = owner(shop, "POST", "/publish", {"note": "Exit pop-up"})
    shown = config(shop)[2]
    assert first["version"] == shown["version"] == 1 and slots(shown)["popup"]["trigger"]["kind"] == "exit"
    owner(shop, "PUT", "/draft", {})
    assert owner(shop, "POST", "/publish", {})["version"] == 2 and "popup" not in slots(config(shop)[2])
    back = owner(shop, "POST", "/versions/1/rollback")
    assert (back["version"], back["came_from"]) == (3, 1) and "popup" in slots(config(shop)[2])
    listed = owner(shop, "GET", "/versions?limit=2")
    assert [v["version"] for v in listed["versions"]] == [3, 2] and listed["next"] == 2
    assert owner(shop, "GET", "/versions/1")["note"] == "Exit pop-up"
    owner(shop, "GET", "/versions/9", status=404), owner(shop, "POST", "/versions/x/rollback", status=400)
    again = lib.Server(shop.data)                           # another process shows the same, and so does this one after a start
    assert json.loads(again.request("GET", f"{CONFIG}?key={shop.public}")[2])["version"] == 3


def test_a_preview_is_counted_nowhere_and_ends():
    shop = Shop("--clock", "virtual:1795137073000")
    token = owner(shop, "POST", "/preview", {"minutes": 5})["token"]
    ask = {"placement": "home", "visitor_id": "v-look", "preview_token": token}
    track = f"/api/v1/events/track?key={shop.public}"
    rows = lambda table: lib.sql(shop.data, f"SELECT count(*) FROM {table}")[0][0]
    before = rows("event_row"), rows("exposure_row")
    status, answer = shop.server.post("/api/v1/recommendations", ask, key=shop.public)
    assert status == 200 and answer["items"] and "arms" not in answer
    beside = {k: v for k, v in ask.items() if k != "preview_token"}     # a page has the token in the address, beside the key
    path = f"/api/v1/recommendations?key={shop.public}&preview_token={token}"
    assert shop.server.request("POST", path, json.dumps(beside), {"Content-Type": "text/plain"})[0] == 200
    assert shop.server.get(f"/api/v1/widget/products?key={shop.public}&preview_token={token}&ids=2001")[0] == 200
    event = json.dumps({"type": "impression", "rec_id": answer["rec_id"], "placement": "home", "visitor_id": "v-look"})
    assert shop.server.post(f"{track}&preview_token={token}", event) == (200, {"accepted": 0, "repeated": 0, "rejected": []})
    real = shop.server.post("/api/v1/recommendations", {"placement": "home", "visitor_id": "v-real"}, key=shop.public)
    assert real[0] == 200 and shop.server.post(track, event)[1]["accepted"] == 1
    lib.wait_until(lambda: rows("exposure_row") == before[1] + 1)
    assert rows("event_row") == before[0] + 1
    owner_clock = shop.server.post("/api/v1/clock", {"now_ms": 1795137073000 + 300000}, key=shop.secret)
    assert owner_clock[0] == 200
    for path in (f"{CONFIG}?key={shop.public}&preview_token={token}", f"{CONFIG}?key={shop.public}&preview_token=vpt_1_9_00"):
        status, error = shop.server.get(path)
        assert status == 403 and error["error"]["field"] == "preview_token", error
    assert shop.server.post("/api/v1/recommendations", ask, key=shop.public)[0] == 403
    assert shop.server.post(f"{track}&preview_token={token}", event)[0] == 403


def test_one_store_sees_nothing_of_anothers_design():
    shop = Shop()
    keys = second_store(shop, "product_id,name,price,stock_status\n1,Cup,10,instock\n2,Pot,20,instock\n")
    known = lambda: shop.server.get(f"{CONFIG}?key={keys['public']}")[0] == 200
    lib.wait_until(known)
    owner(shop, "PUT", "/draft", {"design": {"accent": "#123456"}})
    owner(shop, "POST", "/publish", {})
    token = owner(shop, "POST", "/preview", {})["token"]
    other = shop.server.get(f"{CONFIG}?key={keys['public']}")[1]
    assert other["version"] == 0 and other["design"]["accent"] is None
    assert shop.server.get(f"{CONFIG}?key={keys['public']}&preview_token={token}")[0] == 403
    for path in ("/draft", "/versions"):
        answer = shop.server.get("/api/v1/widget" + path, key=keys["secret"])[1]
        assert "#123456" not in json.dumps(answer), answer
    assert shop.server.get("/api/v1/widget/versions/1", key=keys["secret"])[0] == 404
    assert shop.server.post("/api/v1/widget/versions/1/rollback", {}, key=keys["secret"])[0] == 404


def test_hostile_designs_are_refused_whole():
    shop = Shop()
    good = {"design": {"accent": "#0a5"}}
    owner(shop, "PUT", "/draft", good)
    script = "<script>alert(1)</script>"
    bad = [
        ({"design": {"accent": "red;background:url(//x)"}}, "design.accent"), ({"design": {"font": "a}b{"}}, "design.font"),
        ({"slots": {"cart": {"title": {"ro": script}}}}, "slots.cart.title.ro"), ({"texts": {"en": {"close": script}}}, "texts.en.close"),
        ({"slots": {"cart": {"where": {"selector": "</style>" + script}}}}, "slots.cart.where.selector"),
        ({"slots": {"cart": {"where": {"selector": "a" * 201}}}}, "slots.cart.where.selector"), ({"slots": {script: {}}}, None),
        ({"slots": {"cart": {"n": 3}}}, "slots.cart.n"), ({"html": script}, "html"), ({"texts": {"ro": {"close": "x" * 201}}}, "texts.ro.close"),
        ({"slots": {"popup": {"trigger": {"kind": "load", "seconds": 1e9}}}}, "slots.popup.trigger.seconds"),
    ]
    for design, field in bad:
        error = owner(shop, "PUT", "/draft", design, 400)["error"]
        assert field is None or error["field"] == field, (design, error)
    assert owner(shop, "PUT", "/draft?revision=-1", good, 400)["error"]["field"] == "revision"
    assert owner(shop, "POST", "/publish", {"note": "x" * 201}, 400)["error"]["field"] == "note"
    assert owner(shop, "GET", "/draft")["design"] == good
    assert shop.server.get("/api/v1/widget/draft", key=shop.public)[0] == 403


def test_beacons_need_no_preflight_and_secrets_stay_out_of_addresses():
    shop = Shop()
    lib.run("stores", "origins", "demo", "https://shop.example", "--data", shop.data)
    lib.wait_until(lambda: config(shop, Origin="https://other.example")[0] == 403)
    plain = {"Content-Type": "text/plain;charset=UTF-8", "Origin": "https://shop.example"}
    send = lambda path, body, headers=plain, key=shop.public: shop.server.request("POST", f"{path}?key={key}", json.dumps(body), headers)
    status, headers, body = send("/api/v1/recommendations", {"placement": "home", "visitor_id": "v-1"})
    assert status == 200 and headers["access-control-allow-origin"] == "https://shop.example" and json.loads(body)["items"]
    event = {"events": [{"type": "view", "product_id": "2001", "visitor_id": "v-1"}]}
    status, _, body = send("/api/v1/events/track", event)
    assert status == 200 and json.loads(body)["accepted"] == 1
    foreign = {**plain, "Origin": "https://other.example"}
    for path, value in (("/api/v1/recommendations", {}), ("/api/v1/events/track", event)):
        assert send(path, value, foreign)[0] == 403
        status, _, body = send(path, value, key=shop.secret)
        assert status == 403 and "address" in json.loads(body)["error"]["message"], body
    assert shop.server.get(f"/api/v1/store?key={shop.secret}")[0] == 403
    assert shop.server.get("/api/v1/store", key=shop.secret)[0] == 200


def test_cards_of_known_products_come_in_the_order_asked():
    shop = Shop()
    sold_out = lib.sql(shop.data, "SELECT product_id FROM product_row WHERE type='simple' AND stock_status='outofstock' LIMIT 1")[0][0]
    some = [i["product_id"] for i in shop.recommend(placement="home", n=3)["items"]]
    status, answer = shop.server.get(f"/api/v1/widget/products?ids={','.join(some[::-1])},{sold_out},nobody&key={shop.public}")
    assert status == 200 and [i["product_id"] for i in answer["items"]] == some[::-1]
    assert all(i["name"] and i["price"] > 0 and i["price_text"] for i in answer["items"])
    assert shop.server.get(f"/api/v1/widget/products?key={shop.public}")[0] == 400
    assert shop.server.get(f"/api/v1/widget/products?ids={'1,' * 60}&key={shop.public}")[0] == 400


class Letter(html.parser.HTMLParser):
    """Tags, attributes and text of a block."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.text.append(data)

    def all(self, name):
        return [v for k, v in self.attributes if k == name]


def test_a_letter_gets_a_block_that_needs_nothing_to_be_loaded():
    shop = Shop()
    ask = lambda more="", key=shop.public: shop.server.request("GET", f"/api/v1/widget/email?key={key}{more}")
    status, headers, body = ask("&base=https://shop.example&n=3&lang=en&visitor_id=v-9")
    letter = Letter(body.decode())
    assert status == 200 and headers["content-type"].startswith("text/html") and headers["cache-control"] == "no-store"
    assert set(letter.tags) <= {"table", "tr", "td", "h2", "p", "b", "a", "img", "span"}, set(letter.tags)
    assert letter.tags.count("img") == 3 and all(letter.all("alt")) and not [k for k, _ in letter.attributes if k.startswith("on")]
    links = letter.all("href")
    rec = headers["x-vitrine-rec"]
    assert len(links) == 9 and all(u.startswith("https://shop.example/") and f"vitrine_rec={rec}" in u for u in links), links
    assert "Picked for you" in letter.text and "See product" in letter.text
    assert all(u.startswith("https://") for u in letter.all("src"))
    logged = lambda: lib.sql(shop.data, "SELECT placement, visitor_id FROM exposure_row WHERE rec_id=?", rec)
    assert lib.wait_until(logged) == [("email", "v-9")]
    plain = ask("&base=https://shop.example&n=2&part=text&lang=ro")
    assert plain[1]["content-type"].startswith("text/plain") and plain[2].count(b"https://shop.example/") == 2 and b"<" not in plain[2]
    assert "href" not in dict(Letter(ask("&n=1")[2].decode()).attributes)       # the demonstration's products have no address of their own
    for bad in ("&n=13", "&part=pdf", "&base=javascript:alert(1)", "&base=https://a.b/c", "&base=//a.b", "&ids=1"):
        assert ask(bad)[0] == 400, bad
    assert shop.server.request("GET", "/api/v1/widget/email")[0] == 401
    owner(shop, "PUT", "/draft", {"design": {"accent": "#ff0"}, "slots": {"email": {"title": {"ro": "Doar azi"}, "layout": "list"}}})
    owner(shop, "POST", "/publish", {})
    drawn = ask("&base=https://shop.example")[2].decode()
    assert "Doar azi" in drawn and "background:#ffff00" in drawn and "color:#000000" in drawn       # black letters on yellow
    set_off = shop.server.request("PUT", "/api/v1/placements/email", json.dumps({"enabled": False}),
                                  {"Content-Type": "application/json", **lib.bearer(shop.secret)})[0]
    assert set_off == 200 and ask()[::2] == (200, b"")


def test_a_hostile_catalogue_stays_text_in_a_letter():
    shop = Shop()
    names = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a\u202eb & 'c'"]
    urls = ["javascript:alert(1)", 'https://shop.example/"onmouseover="alert(1)', "data:text/html,x"]
    cell = lambda s: '"' + s.replace('"', '""') + '"'
    rows = [f"{i},{cell(n)},10,instock,{cell(u)},{cell(u)}" for i, (n, u) in enumerate(zip(names, urls), 1)]
    keys = second_store(shop, "product_id,name,price,stock_status,permalink,images\n" + "\n".join(rows) + "\n")
    ask = lambda: shop.server.request("GET", "/api/v1/widget/email?n=3", headers=lib.bearer(keys["secret"]))
    status, _, body = lib.wait_until(lambda: (lambda a: a if a[0] == 200 else None)(ask()))
    letter = Letter(body.decode())
    assert "script" not in letter.tags and not [k for k, _ in letter.attributes if k.startswith("on")], body
    assert all(u.startswith("https://shop.example/") for u in letter.all("href") + letter.all("src")), letter.attributes
    shown = "".join(letter.text)
    assert all(re.sub(r"\s+", " ", n) in re.sub(r"\s+", " ", shown) or "script" in n for n in names), shown


def test_the_command_line_publishes_goes_back_and_previews():
    shop = Shop()
    at = ("--data", shop.data)
    assert "nothing was published" in lib.run("widget", "show", "demo", *at).stdout
    assert "no draft" in lib.run("widget", "publish", "demo", *at, ok=False).stderr
    owner(shop, "PUT", "/draft", {"slots": {"popup": {"enabled": True}}})
    assert lib.run_json("widget", "publish", "demo", "--note", "Pop-up on", *at)["version"] == 1
    lib.wait_until(lambda: "popup" in slots(config(shop)[2]))          # a running server follows
    assert lib.run_json("widget", "show", "demo", *at)["design"] == {"slots": {"popup": {"enabled": True}}}
    owner(shop, "PUT", "/draft", {})
    owner(shop, "POST", "/publish", {})
    assert lib.run_json("widget", "rollback", "demo", "1", *at) == {"version": 3, "came_from": 1}
    assert [v["version"] for v in lib.run_json("widget", "versions", "demo", *at)["versions"]] == [3, 2, 1]
    assert "Pop-up on" in lib.run("widget", "versions", *at).stdout
    token = lib.run_json("widget", "preview", "demo", "--minutes", "5", *at)["token"]
    assert config(shop, f"&preview_token={token}")[2]["preview"] is True
    for wrong in (("rollback", "demo", "9"), ("rollback", "demo", "x"), ("preview", "demo", "--minutes", "9999"), ("dance",)):
        lib.run("widget", *wrong, *at, ok=False)
