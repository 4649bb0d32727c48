"""What the shop tells the server: carts, their links, guests' addresses with consent, orders, log-ins, stock; signed, in batches, never lost."""
import json, re
import shop
from ear import Ear
from shop import connected_to
from test_offers import add, ids, is_refused, visitor_of
from test_places import checkout


def listening(**kw):
    ear = Ear()
    return connected_to(ear.url, **kw), ear


def test_a_cart_is_told_signed_with_a_link_that_brings_it_back_on_another_device():
    # given a visitor who puts two products, one of them with a choice, into the cart
    site, ear = listening()
    tea, spoon = ids(site, "P-0-0", "P-0-5")
    small = site.php(f"return wc_get_product({spoon})->get_children()[1];")
    phone = visitor_of(site)
    said = phone.post("/?wc-ajax=vitrine_add", {"items": json.dumps([{"product_id": str(tea), "quantity": 2}, {"product_id": str(spoon), "variation_id": str(small)}])})
    assert said.status == 200, said.text
    # when the background works
    site.work()
    # then the server has the newest state of it, signed
    cart = ear.of("cart")[-1]
    assert not ear.wrong and cart["state"] == "open" and cart["visitor_id"] == "visitor-0001" and cart["total"] == 54.3, cart
    assert [(i["product_id"], i.get("variation_id"), i["quantity"]) for i in cart["items"]] == [(str(tea), None, 2), (str(spoon), str(small), 1)], cart
    assert "email" not in cart
    # and the link brings it back where nobody has a cart
    desk = shop.Visitor(site)
    page = desk.get(cart["recovery_url"].replace(site.url, ""))
    assert "Your cart is back" in page.text and page.status == 200
    lines = desk.get("/wp-json/wc/store/v1/cart").json()["items"]
    assert [(line["id"], line["quantity"]) for line in lines] == [(tea, 2), (small, 1)], lines
    # opened twice it adds nothing
    desk.get(cart["recovery_url"].replace(site.url, ""))
    assert desk.get("/wp-json/wc/store/v1/cart").json()["items_count"] == 3


def test_a_wrong_link_says_so_and_gives_nothing():
    site, _ = listening()
    for token in ("A" * 43, "x", "'%22%3E%3Cscript%3E"):
        guest = shop.Visitor(site)
        page = guest.get(f"/?vitrine_cart={token}")
        assert page.status == 200 and guest.get("/wp-json/wc/store/v1/cart").json()["items_count"] == 0
        assert "This link has ended" in page.text, page.text[-1500:]


def test_an_ordered_cart_is_closed_and_its_link_brings_nothing_back():
    site, ear = listening()
    tea, = ids(site, "P-0-0")
    visitor = visitor_of(site)
    visitor.cookies["vitrine_recs"] = "rec_00000001.rec_00000002"
    add(visitor, [tea])
    site.work()
    link = ear.of("cart")[-1]["recovery_url"].replace(site.url, "")
    thanks = checkout(site, visitor)
    site.work()
    number = re.search(r"order-received/(\d+)", thanks).group(1)
    assert ear.of("cart")[-1]["state"] == "ordered" and ear.of("cart")[-1]["order_id"] == number
    order = ear.of("order")[-1]
    assert order["order_id"] == number and order["visitor_id"] == "visitor-0001" and order["rec_ids"] == ["rec_00000001", "rec_00000002"], order
    assert "This link has ended" in shop.Visitor(site).get(link).text
    # and the page asked again, or a second order, is told nothing wrong
    assert len([m for m in ear.of("order") if m["order_id"] == number]) == 1


def test_a_guests_address_is_told_only_with_his_consent():
    site, ear = listening()
    tea, = ids(site, "P-0-0")
    visitor = visitor_of(site)
    add(visitor, [tea])
    page = visitor.get("/checkout/").text
    assert 'name="vitrine_email_consent"' in page and "checked" not in re.search(r'<input[^>]*vitrine_email_consent[^>]*>', page).group(0)
    visitor.post("/?wc-ajax=vitrine_contact", {"email": "ana@shop.example", "consent": "0"})
    site.work()
    assert all("email" not in cart for cart in ear.of("cart"))
    assert visitor.post("/?wc-ajax=vitrine_contact", {"email": "ana@shop.example", "consent": "1"}).status == 200
    site.work()
    assert ear.of("cart")[-1]["email"] == "ana@shop.example" and ear.of("cart")[-1]["email_consent"] is True
    # and taken back
    visitor.post("/?wc-ajax=vitrine_contact", {"email": "", "consent": "0"})
    site.work()
    assert "email" not in ear.of("cart")[-1]
    assert is_refused(visitor.post("/?wc-ajax=vitrine_contact", {"email": "nonsense", "consent": "1"}))


def test_who_logs_in_is_known_under_his_visitors_name():
    site, ear = listening()
    visitor = visitor_of(site)
    visitor.post("/wp-login.php", {"log": "client3", "pwd": "client", "wp-submit": "1"})
    site.work()
    who = ear.of("identity")[-1]
    assert who["visitor_id"] == "visitor-0001" and who["customer_id"] == str(site.php("return get_user_by('login', 'client3')->ID;")) and len(who["email_hash"]) == 64


def test_stock_and_prices_are_told_at_once_and_the_newest_counts():
    site, ear = listening()
    tea, = ids(site, "P-0-0")
    site.php(f"$p = wc_get_product({tea}); $p->set_stock_quantity(3); $p->save(); $p->set_stock_quantity(0); $p->set_regular_price('25'); $p->save();", admin=True)
    site.work()
    told = [m for m in ear.of("stock") if m["product_id"] == str(tea)]
    assert len(told) == 1 and (told[0]["stock_status"], told[0]["stock_quantity"], told[0]["price"]) == ("outofstock", 0, 25.0), told


def test_what_cannot_be_sent_waits_and_comes_when_the_server_is_back():
    site, ear = listening()
    tea, pot = ids(site, "P-0-0", "P-0-1")
    ear.mood = "error500"
    visitor = visitor_of(site)
    add(visitor, [tea])
    site.work()
    assert not ear.messages and site.php("return Vitrine_Queue::status();")["waiting"] >= 1
    ear.mood = "fine"
    add(visitor, [pot])
    site.work()
    status = site.php("return Vitrine_Queue::status();")
    assert status["waiting"] == 0 and [len(cart["items"]) for cart in ear.of("cart")] == [2], (status, ear.messages)


def test_a_message_the_server_cannot_take_does_not_stop_the_others():
    site, ear = listening()
    ear.mood = "refuse400"
    tea, pot = ids(site, "P-0-0", "P-0-1")
    add(visitor_of(site), [tea]), add(visitor_of(site, "visitor-0002"), [pot])
    site.work()
    status = site.php("return Vitrine_Queue::status();")
    assert status["waiting"] == 0 and status["rejected"] == 2, status


def test_without_consent_nothing_is_told():
    site, ear = listening()
    site.php("Vitrine_Options::set(['dnt' => true]);")
    tea, = ids(site, "P-0-0")
    visitor = visitor_of(site)
    visitor.post("/?wc-ajax=vitrine_add", {"items": json.dumps([{"product_id": str(tea)}])}, headers={"DNT": "1"})
    site.work()
    assert ear.of("cart") == [], ear.messages


def test_a_search_and_a_view_are_told_by_the_shop_where_scripts_do_not_run():
    site, ear = listening()
    site.php("Vitrine_Options::set(['track_server' => true]);")
    tea, = ids(site, "P-0-0")
    visitor = visitor_of(site)
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"}
    for path in ("/product/ceai-verde-1/", "/?s=ceai&post_type=product"):
        address = re.search(r'<noscript><img src="([^"]+)"', visitor.get(path, headers=agent).text).group(1).replace("&#038;", "&").replace("&amp;", "&")
        assert visitor.get(address, headers=agent).headers["content-type"] == "image/gif"
    site.work()
    events = [message["event"] for message in ear.of("event")]
    assert [(e["type"], e.get("product_id"), e.get("query")) for e in events] == [("view", str(tea), None), ("search", None, "ceai")], events
