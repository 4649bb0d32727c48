"""The demonstration shop's own front, as its visitors use it: in Chromium by mouse and by keyboard, narrow, dark, without script; over plain
HTTP by whoever is no browser. What is ordered there is learned from and credited like an order of any shop."""
import html, json, re, sqlite3, urllib.parse
import chrome, lib
from lib import sql
from test_api import Shop, demo_folder

HOSTILE = "</script><img src=x onerror=alert(1)>'\"`<!--"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
WHO = {"name": "Ana Probă", "email": "ana.proba@exemplu.ro", "phone": "", "address": "Strada Lungă 1", "city": "Cluj", "payment": "cod"}


class Front(Shop):
    """A server over a fresh copy of the demonstration shop."""

    def url(self, path="/shop/"):
        return f"http://127.0.0.1:{self.server.port}{path}"

    def get(self, path, **headers):
        status, answer_headers, body = self.server.request("GET", path, headers=headers)
        return status, answer_headers, body.decode()

    def submit(self, path, fields, cookie="", origin=None, **headers):
        body = urllib.parse.urlencode(fields)
        own = f"http://127.0.0.1:{self.server.port}"
        return self.server.request("POST", path, body, {**FORM, "Origin": origin or own, "Cookie": cookie, **headers})

    def simple(self, n=1, at_least=20):
        """Ids of simple products with so many in stock, those sold most first."""
        rows = sql(self.data, "SELECT product_id FROM product_row WHERE type = 'simple' AND status = 'publish' AND visibility = 'visible' AND stock_status = 'instock' "
                              "AND stock_quantity >= ? ORDER BY total_sales DESC, product_id LIMIT ?", at_least, n)
        return [r[0] for r in rows]

    def variable(self):
        """A product with a variation that is in stock, and that variation."""
        return sql(self.data, "SELECT v.parent_id, v.product_id FROM product_row v JOIN product_row p ON p.product_id = v.parent_id WHERE v.stock_quantity > 9 "
                              "AND v.stock_status = 'instock' AND p.status = 'publish' AND p.visibility = 'visible' ORDER BY 2 LIMIT 1")[0]

    def orders(self):
        return sql(self.data, "SELECT order_id, total, visitor_id, rec_ids, customer_id, status FROM order_row WHERE length(order_id) = 16 ORDER BY created_ms")

    def place(self, lines, cookie="", once="abcdefghijklmnopqrstuvwx"):
        """Put the lines into a cart and order them over plain HTTP; the address that thanks for it."""
        fields = [("do", "add")] + [f for product, quantity in lines for f in (("id", product), ("quantity", quantity))]
        status, headers, _ = self.submit("/shop/cart", fields)
        assert status == 303 and headers["location"] == "/shop/cart?added=1", (status, headers)
        cart = headers["set-cookie"].split(";")[0]
        status, headers, body = self.submit("/shop/checkout", {**WHO, "once": once}, cookie=f"{cart}; {cookie}")
        assert status == 303 and headers["location"].startswith("/shop/order/"), (status, body[:400])
        return headers["location"], cart


def facts(page):
    return json.loads(page.eval("document.querySelector('script[data-vitrine]').textContent"))


def fill(page):
    for name in ("name", "email", "address", "city"):
        page.click(f"#{name}")
        page.type(WHO[name])


def at(page, path):
    page.wait(f"location.pathname === '{path}' && document.readyState === 'complete'")


# ---- without a browser ----
def test_exists_only_for_the_demonstration_shop():
    server = lib.Server(lib.folder())
    for path in ("/shop", "/shop/", "/shop/cart", "/shop/checkout", "/shop/p/1", "/shop/static/shop.css", "/shop/nothing"):
        status, body = server.get(path)
        assert status == 404 and body["error"]["code"] == "not_found", (path, status, body)
    server.stop()
    data = demo_folder()
    with sqlite3.connect(data / "vitrine.db") as db:
        db.execute("UPDATE store_row SET platform = 'woocommerce', sync_interval_min = 0")     # a real shop that happens to be called demo
    server = lib.Server(data)
    assert server.get("/shop/")[0] == 404


def test_opens_by_itself_while_the_shop_is_being_made():
    server = lib.Server(lib.folder(), "--demo", wait_ready=False)
    seen = set()

    def is_open():
        status, headers, body = server.request("GET", "/shop/")
        page = re.search(rb'data-vitrine>{"page":"(\w+)"', body)
        assert status == 200 and page, (status, body[:300])
        seen.add(page.group(1))
        assert ("refresh" in headers) == (page.group(1) == b"opening")
        return page.group(1) == b"home"
    lib.wait_until(is_open)
    assert seen <= {b"opening", b"home"}


def test_pages_carry_a_strict_policy_and_say_what_they_are():
    shop = Front()
    product = shop.simple()[0]
    for path, page in (("/shop/", "home"), ("/shop/c/12", "category"), (f"/shop/p/{product}", "product"), ("/shop/search?q=cafea", "search"),
                       ("/shop/search?q=zzzz", "search_empty"), ("/shop/cart", "cart"), ("/shop/nowhere", "not_found"), ("/shop/p/0", "not_found"),
                       ("/shop/c/0", "not_found"), ("/shop/order/1?key=2", "not_found")):
        status, headers, body = shop.get(path)
        assert status == (404 if page == "not_found" else 200), (path, status)
        assert "script-src 'self'" in headers["content-security-policy"] and "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
        block = re.search(r"<script type=application/json data-vitrine>(.*?)</script>", body).group(1)
        assert json.loads(block)["page"] == page, (path, block)
        assert "data-vitrine-slot=" in body and f"data-store='{shop.public}'" in body
    assert shop.get("/shop")[0] == 303
    status, headers, _ = shop.get("/shop/static/shop.css?v=1")
    assert status == 200 and "immutable" in headers["cache-control"] and shop.get("/shop/static/..%2fx")[0] == 404


def test_an_order_arrives_is_credited_and_teaches():
    shop = Front()
    first, second = shop.simple(2)
    answer = shop.recommend(product_id=first, visitor_id="v-12345678", n=8)
    shown = answer["items"][0]["product_id"]
    assert shop.server.post("/api/v1/events/track", {"type": "click", "product_id": shown, "rec_id": answer["rec_id"], "visitor_id": "v-12345678"}, key=shop.public)[0] == 200
    bought = shown if shown in shop.simple(500, 1) else first
    where, _ = shop.place([(bought, 2), (second, 1)], cookie=f"vitrine_visitor=v-12345678; vitrine_recs={answer['rec_id']}.another")
    (order_id, total, visitor, recs, customer, status), = shop.orders()
    price = lambda p: sql(shop.data, "SELECT price FROM product_row WHERE product_id = ?", p)[0][0]
    goods = 2 * price(bought) + price(second)
    assert total == goods + (0 if goods >= 25000 else 1999)
    assert (visitor, recs, status) == ("v-12345678", f"{answer['rec_id']} another", "processing") and customer.startswith("guest:")
    lines = sql(shop.data, "SELECT product_id, quantity, total + total_tax FROM order_line_row WHERE order_id = ? AND kind = 'item' ORDER BY line_id", order_id)
    assert lines == [(bought, 2, 2 * price(bought)), (second, 1, price(second))]
    credited = sql(shop.data, "SELECT product_id, rec_id, how FROM attribution_row WHERE order_id = ?", order_id)
    assert (bought, answer["rec_id"]) in [(p, r) for p, r, _ in credited], credited
    after = shop.recommend(product_id=first, visitor_id="v-12345678", n=8)
    assert bought not in [i["product_id"] for i in after["items"]] and second not in [i["product_id"] for i in after["items"]]
    status, _, page = shop.get(where)
    assert status == 200 and order_id in page and json.loads(re.search(r"data-vitrine>(.*?)</script>", page).group(1))["order"]["id"] == order_id
    assert shop.get(where[:-1] + ("0" if where[-1] != "0" else "1"))[0] == 404         # only its buyer has the key


def test_two_products_bought_together_there_go_together_in_the_next_answers():
    shop = Front()
    pair = shop.simple(60)[20:60:39]
    ask = lambda: [i["product_id"] for i in shop.recommend(product_id=pair[0], source="cross_sell", n=20)["items"]]
    assert pair[1] not in ask()
    for i in range(3):
        shop.place([(pair[0], 1), (pair[1], 1)], once=f"{i}" * 20)
    assert len(shop.orders()) == 3
    assert pair[1] in ask()


def test_a_form_sent_twice_is_one_order():
    shop = Front()
    product = shop.simple()[0]
    first, cart = shop.place([(product, 1)])
    status, headers, _ = shop.submit("/shop/checkout", {**WHO, "once": "abcdefghijklmnopqrstuvwx"}, cookie=cart)
    assert status == 303 and headers["location"] == first and len(shop.orders()) == 1


def test_prices_and_stock_are_the_catalogues():
    shop = Front()
    product, other = shop.simple(2)
    status, headers, _ = shop.submit("/shop/cart", {"do": "add", "id": product, "quantity": 1, "price": "0.01"})
    cart = headers["set-cookie"].split(";")[0]
    assert "HttpOnly" in headers["set-cookie"] and "SameSite=Lax" in headers["set-cookie"]
    with sqlite3.connect(shop.data / "vitrine.db") as db:
        db.execute("UPDATE product_row SET stock_status = 'outofstock', stock_quantity = 0 WHERE product_id = ?", (product,))
    status, headers, _ = shop.submit("/shop/checkout", {**WHO, "once": "x" * 20}, cookie=cart)
    assert status == 303 and headers["location"] == "/shop/cart" and not shop.orders()
    assert "Nu mai este în stoc" in shop.get("/shop/cart", Cookie=cart)[2]
    status, _, body = shop.submit("/shop/cart", {"do": "add", "id": product})
    assert status == 400 and "Produsul nu mai este în stoc." in body.decode() and "<!doctype html>" in body.decode()


def test_refuses_other_sites_and_wrong_forms_and_changes_nothing():
    shop = Front()
    product, (parent, _) = shop.simple()[0], shop.variable()
    add = {"do": "add", "id": product}
    assert shop.submit("/shop/cart", add, origin="https://evil.example")[0] == 403
    assert shop.submit("/shop/checkout", WHO, origin="https://evil.example")[0] == 403
    assert shop.submit("/shop/cart", add, origin="null")[0] == 403
    assert shop.server.request("POST", "/shop/cart", "do=add", FORM)[0] == 403           # who says nothing is no browser
    assert shop.server.request("POST", "/shop/cart", "do=add&id=" + product, {**FORM, "Sec-Fetch-Site": "same-origin"})[0] == 303
    assert shop.submit("/shop/cart", add, **{"Content-Type": "application/json"})[0] == 415
    for fields in ({"do": "add"}, {"do": "add", "id": "0"}, {"do": "add", "id": parent}, {**add, "quantity": "0"}, {**add, "quantity": "21"},
                   {**add, "quantity": "1e9"}, {**add, "id": "x" * 5000}, {"do": "add", "id": "\x00"}):
        status, headers, body = shop.submit("/shop/cart", fields, Accept="application/json")
        assert status in (400, 404) and "set-cookie" not in headers, (fields, status, body[:200])
    assert shop.submit("/shop/cart", {"do": "x" * 20000})[0] == 413
    full = "vitrine_cart=" + "!".join(f"{p}:1" for p in shop.simple(20))
    status, _, body = shop.submit("/shop/cart", {"do": "add", "id": shop.simple(21)[20]}, cookie=full, Accept="application/json")
    assert status == 400 and "plin" in json.loads(body)["error"]["message"]
    for bad in ({**WHO, "email": "x"}, {**WHO, "name": " "}, {**WHO, "city": "x" * 201}, {**WHO, "payment": "gold"}):
        status, _, body = shop.submit("/shop/checkout", {**bad, "once": "x" * 20}, cookie=full)
        assert status == 422 and "Comanda nu a plecat" in body.decode(), (bad, status)
    assert shop.submit("/shop/checkout", {**WHO, "once": "short"}, cookie=full)[0] == 422
    assert shop.submit("/shop/checkout", {**WHO, "once": "x" * 20})[1]["location"] == "/shop/cart"
    assert not shop.orders()
    for cookie in ("vitrine_cart=%zz:9!:::!1:1:1", "vitrine_cart=" + "1:1!" * 2000, "vitrine_cart"):
        assert shop.get("/shop/cart", Cookie=cookie)[0] in (200, 400, 431)


def test_orders_come_at_most_so_fast():
    shop = Front()
    product = shop.simple()[0]
    cart = shop.submit("/shop/cart", {"do": "add", "id": product})[1]["set-cookie"].split(";")[0]
    answers = [shop.submit("/shop/checkout", {**WHO, "once": f"order{i:020}"}, cookie=cart)[0] for i in range(30)]
    assert answers[0] == 303 and 429 in answers and 2 <= len(shop.orders()) < 30, answers


# ---- in Chromium ----
def test_is_seen_searched_and_bought_with_the_mouse():
    shop = Front()
    parent, variation = shop.variable()
    page = chrome.open(shop.url(), block=["*/v.js*"])
    assert facts(page) == {"page": "home", "cart": []} and page.count(".card") >= 12
    page.click("#q")
    page.type("cafea boabe")
    page.press("Enter")
    at(page, "/shop/search")
    assert facts(page)["results"] >= 1 and "Cafea boabe" in page.text("main")
    page.click(".quick")
    page.wait("document.querySelector('[data-cart-count]').textContent === '1'")
    page.go(shop.url(f"/shop/p/{parent}"))
    page.click(f"input[value='{variation}']")
    page.click("text=Adaugă în coș")
    page.wait("document.querySelector('[data-cart-count]').textContent === '2'")
    assert [i.get("variation_id") for i in page.eval("window.vitrineShop.cart()")] == [None, variation]
    assert {v["id"] for v in page.eval(f"window.vitrineShop.variations('{parent}')")} >= {variation}
    page.click("text=Vezi coșul")
    at(page, "/shop/cart")
    assert [i["product_id"] for i in facts(page)["cart"]][1] == parent
    page.click("text=Spre finalizare")
    at(page, "/shop/checkout")
    fill(page)
    page.click("text=Trimite comanda")
    page.wait("location.pathname.startsWith('/shop/order/') && document.readyState === 'complete'")
    bought = facts(page)["order"]
    assert bought["id"] == shop.orders()[0][0] and bought["items"][1]["variation_id"] == variation
    assert round(bought["total"] * 100) == shop.orders()[0][1]
    page.go(shop.url("/shop/cart"))
    assert page.sees("text=Spre magazin") and facts(page)["cart"] == []
    assert not [e for e in page.errors if "/v.js" not in e], page.errors
    page.close()


def test_is_bought_by_keyboard_alone_at_320_pixels():
    shop = Front()
    product = shop.simple()[0]
    page = chrome.open(shop.url(f"/shop/p/{product}"), width=320, height=640)
    page.press("Tab")
    assert page.eval("document.activeElement.className") == "skip"
    page.press("Enter")
    page.tab_to(".add .button")
    page.press("Enter")
    page.wait("document.querySelector('[data-cart-count]').textContent === '1'")
    page.go(shop.url())
    page.tab_to(".cart-link")
    page.press("Enter")
    at(page, "/shop/cart")
    page.tab_to("a.button.wide")
    page.press("Enter")
    at(page, "/shop/checkout")
    page.tab_to("form.checkout .button")
    page.press("Enter")
    page.wait("!!document.querySelector('.problems')")
    assert page.eval("document.activeElement.className") == "problems"
    page.press("Tab", "Enter")                              # the first of what is wrong leads to its field
    page.wait("location.hash === '#name'")
    for name in ("name", "email", "address", "city"):
        page.tab_to(f"#{name}")
        page.type(WHO[name])
    page.tab_to("form.checkout .button")
    page.press("Enter")
    page.wait("location.pathname.startsWith('/shop/order/') && document.readyState === 'complete'")
    assert len(shop.orders()) == 1 and page.overflow() == 0
    page.close()


def test_is_bought_without_script():
    shop = Front()
    product = shop.simple()[0]
    page = chrome.open(shop.url(f"/shop/p/{product}"), scripts=False)
    page.click("text=Adaugă în coș")
    at(page, "/shop/cart")
    page.click("text=Spre finalizare")
    at(page, "/shop/checkout")
    fill(page)
    page.click("text=Trimite comanda")
    page.wait("location.pathname.startsWith('/shop/order/')")
    assert len(shop.orders()) == 1
    page.close()


def test_works_when_the_widget_cannot_be_reached():
    shop = Front()
    product = shop.simple()[0]
    page = chrome.open(shop.url(f"/shop/p/{product}"), block=["*/v.js*", "*/w/*", "*/api/*"])
    page.click("text=Adaugă în coș")
    page.wait("document.querySelector('[data-cart-count]').textContent === '1'")
    assert page.layout_shift() == 0 and page.sees("text=Vezi coșul")
    page.close()


def every_page(shop):
    """(name, address, cookie of a cart or None)"""
    parent, variation = shop.variable()
    where, _ = shop.place([(shop.simple()[0], 1)])
    return [("home", "/shop/"), ("category", "/shop/c/12"), ("group", "/shop/c/113?sort=cheap"), ("product", f"/shop/p/{shop.simple()[0]}"),
            ("variable", f"/shop/p/{parent}"), ("search", "/shop/search?q=cafea"), ("search_empty", "/shop/search?q=zzzz"), ("cart", "/shop/cart"),
            ("checkout", "/shop/checkout"), ("received", where), ("not_found", "/shop/nowhere")]


def open_with_cart(shop, path, **how):
    page = chrome.open(shop.url("/shop/static/icon.svg"), **how)
    for product in (shop.simple(2)[1], shop.variable()[1]):
        page.call("Network.setCookie", name="vitrine_cart", value=f"{shop.simple(2)[1]}:1!{product}:2", url=shop.url("/shop/"), path="/shop")
    return page.go(shop.url(path))


def test_axe_finds_nothing_on_any_page_light_and_dark():
    shop = Front()
    for name, path in every_page(shop):
        page = open_with_cart(shop, path, block=["*/v.js*"])
        assert not (found := page.axe()), f"{name}: " + "\n".join(found)
        page.prefer(dark=True)
        assert not (found := page.axe(["color-contrast"])), f"{name}, dark: " + "\n".join(found)
        page.close()


def test_every_page_fits_320_pixels_and_stands_still():
    shop = Front()
    for name, path in every_page(shop):
        page = open_with_cart(shop, path, width=320, height=640, mobile=True, block=["*/v.js*"])
        assert page.overflow() == 0, name
        assert page.layout_shift() == 0, name
        page.close()


def test_hostile_names_are_text_and_run_nothing():
    shop = Front()
    product = shop.simple()[0]
    with sqlite3.connect(shop.data / "vitrine.db") as db:
        db.execute("UPDATE product_row SET name = ?, short_description = ?, description = ? WHERE product_id = ?", (HOSTILE, HOSTILE, HOSTILE, product))
        db.execute("UPDATE product_image_row SET src = 'javascript:alert(2)', thumbnail = 'javascript:alert(3)', alt = ? WHERE product_id = ?", (HOSTILE, product))
        db.execute("UPDATE category_row SET name = ?", (HOSTILE,))
        db.execute("UPDATE review_row SET review = ?, reviewer = ? WHERE product_id = ?", (HOSTILE, HOSTILE, product))
    shop.server.stop()
    shop.server = lib.Server(shop.data)
    where, _ = shop.place([(product, 1)])
    for path in ("/shop/", "/shop/c/12", f"/shop/p/{product}", "/shop/search?q=" + urllib.parse.quote(HOSTILE), "/shop/search?q=img+onerror",
                 "/shop/cart", "/shop/checkout", where):
        page = chrome.open(shop.url("/shop/static/icon.svg"))
        page.call("Network.setCookie", name="vitrine_cart", value=f"{product}:1", url=shop.url("/shop/"), path="/shop")
        page.go(shop.url(path))
        page.wait("document.readyState === 'complete'")
        assert not page.dialogs and page.count("img[src=x]") == 0 and page.count("[onerror]") == 0, path
        assert not [e for e in page.errors if "Content Security Policy" in e], page.errors
        assert html.escape(HOSTILE)[:9] in html.escape(page.text("body")) or path.startswith("/shop/search"), path
        page.close()
