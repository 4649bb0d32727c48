"""Offers: the price of a bundle or of an upgrade as an answer signs it, shown by the widget, granted by the demonstration shop's cart,
paid in the order. What makes an offer bad is told one by one in tests/front/offers_test.c."""
import contextlib, http.client, json, re, time
import lib
from lib import sql
from test_front import FORM, WHO, Front, facts, fill
from test_widget_pages import Visit, WALL

JSON = {"Accept": "application/json"}


def offered(shop, product="2001", visitor=""):
    """The bundle of an answer about the product."""
    return shop.recommend(placement="product", product_id=product, **({"visitor_id": visitor} if visitor else {}))["bundle"]


def put_in(shop, ids, offer="", cookie=""):
    """(status, body, cookies) of adding the products to a cart."""
    fields = [("do", "add")] + [("id", i) for i in ids] + ([("offer", offer)] if offer else [])
    status, headers, body = shop.submit("/shop/cart", fields, cookie=cookie, **JSON)
    return status, json.loads(body), headers.get("set-cookie", "")


def cart_cookies(shop, ids, offer):
    """The cookies of a cart with the offer in it: the server sets two."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", shop.server.port, timeout=30)) as c:
        body = "&".join(["do=add"] + [f"id={i}" for i in ids] + [f"offer={offer}"])
        c.request("POST", "/shop/cart", body, {**FORM, **JSON, "Origin": f"http://127.0.0.1:{shop.server.port}"})
        answer = c.getresponse()
        assert answer.status == 200, answer.read()
        return "; ".join(v.split(";")[0] for k, v in answer.getheaders() if k.lower() == "set-cookie"), json.loads(answer.read())


def minor(text):
    return int(re.sub(r"\D", "", text))


def test_a_bundle_costs_in_the_cart_and_in_the_order_what_the_page_said():
    v = Visit()
    at = v.see("bought_together", ".querySelectorAll('.tick').length === 3")
    shown = minor(v.page.eval(f"{at}.querySelector('.amount span').textContent"))
    saved = minor(v.page.eval(f"{at}.querySelector('.saved').textContent"))
    normal = minor(v.page.eval(f"{at}.querySelector('.amount .was').textContent"))
    assert saved > 0 and normal == shown + saved
    v.page.eval(f"{at}.querySelector('.sum .add').click()")
    lib.wait_until(lambda: len(v.page.eval("vitrineShop.cart()")) == 3, WALL)
    v.page.go(v.url("/shop/cart"))
    assert minor(v.page.eval("document.querySelector('.sums .saving dd').textContent")) == saved
    assert minor(v.page.eval("document.querySelector('.sums div dd').textContent")) == normal
    v.page.go(v.url("/shop/checkout"))
    fill(v.page)
    v.page.click("text=Trimite comanda")
    v.page.wait("location.pathname.startsWith('/shop/order/') && document.readyState === 'complete'", WALL)
    assert minor(v.page.eval("document.querySelector('.sums .saving dd').textContent")) == saved
    order = facts(v.page)["order"]
    assert round(sum(i["price"] * i["quantity"] for i in order["items"]) * 100) == shown
    net, tax = sql(v.shop.data, "SELECT discount_total, discount_tax FROM order_row WHERE order_id = ?", order["id"])[0]
    assert net + tax == saved
    assert v.page.eval("vitrineShop.cart()") == []


def test_one_tick_taken_out_is_the_plain_price_in_the_page_and_in_the_cart():
    v = Visit()
    at = v.see("bought_together", ".querySelectorAll('.tick').length === 3")
    v.page.eval(f"{at}.querySelectorAll('.tick input')[2].click()")
    shown = minor(v.page.eval(f"{at}.querySelector('.amount').textContent"))
    v.page.eval(f"{at}.querySelector('.sum .add').click()")
    lib.wait_until(lambda: len(v.page.eval("vitrineShop.cart()")) == 2, WALL)
    v.page.go(v.url("/shop/cart"))
    assert minor(v.page.eval("document.querySelector('.sums div dd').textContent")) == shown and not v.page.eval("!!document.querySelector('.sums .saving')")


def test_the_step_up_costs_what_the_page_said():
    v = Visit()
    at = v.see("upgrade", ".querySelectorAll('.big .add').length === 1")
    price = v.page.eval(f"{at}.querySelector('.now').textContent")
    assert v.page.eval(f"!!{at}.querySelector('.was') && !!{at}.querySelector('.note')")
    v.page.eval(f"{at}.querySelector('.big .add').click()")
    lib.wait_until(lambda: v.page.eval("vitrineShop.cart()"), WALL)
    v.page.go(v.url("/shop/cart"))
    assert minor(v.page.eval("[...document.querySelector('.line .sum').childNodes].pop().textContent")) == minor(price)


def test_a_changed_offer_and_one_of_somebody_else_put_nothing_into_the_cart():
    shop = Front()
    bundle = offered(shop, visitor="v-12345678")
    ids, token = [p["product_id"] for p in bundle["products"]], bundle["offer"]
    for bad in (token[:30] + ("A" if token[30] != "A" else "B") + token[31:], token + "x", "x.y", token):       # the last is of another visitor
        status, body, cookies = put_in(shop, ids, bad)
        assert status == 400 and body["error"]["field"] == "offer" and not cookies, (status, body)
    status, body, _ = put_in(shop, ids, token, cookie="vitrine_visitor=v-12345678")
    assert status == 200 and round(body["saving"] * 100) == round(bundle["savings"] * 100), (body, bundle["savings"])
    assert put_in(shop, ids[:2], offered(shop)["offer"])[0] == 400           # not all of it


def test_an_offer_is_used_once_and_ends_with_its_bundle():
    shop = Front()
    bundle = offered(shop)
    ids = [p["product_id"] for p in bundle["products"]]
    cookies, body = cart_cookies(shop, ids, bundle["offer"])
    assert body["saving"] > 0
    status, _, page = shop.submit("/shop/checkout", {**WHO, "once": "abcdefghijklmnopqrstuvwx", "total": "1"}, cookie=cookies)
    assert status == 409 and "Totalul s-a schimbat" in page.decode()
    for _ in range(2):                                       # the same form twice is one order at one price
        status, headers, page = shop.submit("/shop/checkout", {**WHO, "once": "abcdefghijklmnopqrstuvwx"}, cookie=cookies)
        assert status == 303, page[:300]
        (_, total, *_), = shop.orders()
        paid = sql(shop.data, "SELECT discount_total + discount_tax FROM order_row WHERE length(order_id) = 16")[0][0]
        assert paid == round(body["saving"] * 100)
        time.sleep(1.1)                                      # one order a second
    status, _, page = shop.submit("/shop/checkout", {**WHO, "once": "zyxwvutsrqponmlkjihgfedc"}, cookie=cookies)
    assert status == 303
    assert sorted(r[0] for r in sql(shop.data, "SELECT discount_total + discount_tax FROM order_row WHERE length(order_id) = 16")) == [0, paid]
    assert put_in(shop, ids, bundle["offer"])[0] == 400
    cookies, _ = cart_cookies(shop, ids, offered(shop)["offer"])
    offers = next(one for one in cookies.split("; ") if one.startswith("vitrine_offers="))
    broken = f"vitrine_cart={ids[0]}:1!{ids[2]}:1; {offers}"
    status, _, page = shop.get("/shop/cart", Cookie=broken)
    assert status == 200 and "toate produsele pachetului" in page and "saving" not in page


def test_the_per_cent_of_a_step_up_are_off_the_price_struck_out_also_where_it_is_on_sale_already():
    v = Visit("/shop/p/1282")
    at = v.see("upgrade", ".querySelectorAll('.big .chip.off').length === 1")
    now, was = (minor(v.page.eval(f"{at}.querySelector('.{name}').textContent")) for name in ("now", "was"))
    assert minor(v.page.eval(f"{at}.querySelector('.chip.off').textContent")) == int((1 - now / was) * 100 + 1e-9)
