"""Offers in the cart: granted to who they are for, once, by the line; forged, old, used ones and coupons are refused, and the visitor reads why."""
import base64, hashlib, hmac, json, re, time
import shop
from shop import SECRET, connected_to
from test_places import ADDRESS, checkout

VISITOR = "visitor-0001"
_made = 0


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def offer(products, percent=10, kind="incentive", secret=SECRET, **other):
    """A token as the server signs it."""
    global _made
    _made += 1
    facts = {"v": 1, "id": f"01JTEST{_made:019d}", "store": 3, "kind": kind, "products": [str(p) for p in products], "percent": percent, "visitor": VISITOR,
             "rec": "rec_12345678", "exp": int(time.time()) + 3600, **other}
    head = encode(json.dumps(facts).encode())
    return head + "." + encode(hmac.new(secret.encode(), f"offer.{head}".encode(), hashlib.sha256).digest())


def visitor_of(site, name=VISITOR):
    return shop.Visitor(site, {"vitrine_visitor": name})


def ids(site, *skus):
    return [site.php(f"return wc_get_product_id_by_sku('{sku}');") for sku in skus]


def add(visitor, products, token=None):
    about = {"rec_id": "rec_12345678", **({"offer": token} if token else {})}
    return visitor.post("/?wc-ajax=vitrine_add", {"items": json.dumps([{"product_id": str(p), "quantity": 1} for p in products]), "about": json.dumps(about)})


def is_refused(said):
    """Whether the shop said no with a sentence (wc-ajax answers may all be 200)."""
    return bool(said.json().get("error", {}).get("message"))


def prices(visitor):
    """{product id: price of one} as the Store API shows the cart."""
    cart = visitor.get("/wp-json/wc/store/v1/cart").json()
    return {item["id"]: int(item["prices"]["price"]) / 100 for item in cart["items"]}, int(cart["totals"]["total_price"]) / 100


def test_an_offer_lowers_its_product_once_on_every_page_and_in_the_order():
    # given a cart with an offer of 10 % off a product of 20.90
    site, visitor = connected_to(), None
    tea, pot = ids(site, "P-0-0", "P-0-1")
    visitor = visitor_of(site)
    said = add(visitor, [tea], offer([tea]))
    assert said.json()["count"] == 1, said.text
    # then it costs 18.81 in the Store API, in the classic cart with the reason beside it, and in the order
    assert prices(visitor) == ({tea: 18.81}, 18.81), prices(visitor)
    page = visitor.get("/cart/").text
    assert "18.81" in page and "<del" in page and "10%" in re.sub(r"<[^>]+>", "", page)
    # a second one of the same product is at the normal price
    add(visitor, [tea])
    assert prices(visitor)[1] == 39.71
    thanks = checkout(site, visitor)
    number = int(re.search(r"order-received/(\d+)", thanks).group(1))
    order = site.php(f"$o = wc_get_order({number}); $i = array_values($o->get_items()); return [$o->get_total(), $o->get_meta('_vitrine_recs'), $o->get_meta('_vitrine_visitor'), count($i)];")
    assert order == ["39.71", "rec_12345678", VISITOR, 2], order


def test_a_bundle_holds_while_all_of_it_is_in_the_cart():
    site = connected_to()
    tea, pot = ids(site, "P-0-0", "P-0-1")
    visitor = visitor_of(site)
    token = offer([tea, pot], 5, "bundle")
    assert not is_refused(add(visitor, [tea, pot], token))
    assert prices(visitor) == ({tea: 19.85, pot: 26.50}, 46.35), prices(visitor)          # 20.90 and 27.90, each less 5 %: 19.855, 26.505
    key = next(item["key"] for item in visitor.get("/wp-json/wc/store/v1/cart").json()["items"] if item["id"] == pot)
    nonce = visitor.get("/wp-json/wc/store/v1/cart").headers["nonce"]
    assert visitor.post_json("/wp-json/wc/store/v1/cart/remove-item", {"key": key}, {"Nonce": nonce}).status == 200
    assert prices(visitor) == ({tea: 20.90}, 20.90)
    add(visitor, [pot], token)
    assert prices(visitor)[1] == 46.35, prices(visitor)


def test_forged_changed_expired_foreign_and_stranger_offers_are_refused_and_change_nothing():
    site = connected_to()
    tea, pot = ids(site, "P-0-0", "P-0-1")
    good = offer([tea])
    head, mac = good.split(".")
    changed = encode(json.dumps({**json.loads(base64.urlsafe_b64decode(head + "==")), "percent": 90}).encode()) + "." + mac
    for name, token in (("forged", offer([tea], secret="f" * 64)), ("changed", changed), ("expired", offer([tea], exp=int(time.time()) - 1)),
                        ("far off", offer([tea], exp=int(time.time()) + 90000)), ("another store's", offer([tea], store=4)), ("somebody else's", offer([tea], visitor="visitor-9999")),
                        ("absurd", offer([tea], percent=100)), ("no token", "x" * 3000), ("not text", ["a"])):
        visitor = visitor_of(site)
        said = add(visitor, [tea], token)
        assert is_refused(said), (name, said.status, said.text)
        assert prices(visitor) == ({}, 0), name
    # an offer of another product buys this one at the normal price
    visitor = visitor_of(site)
    add(visitor, [pot], good)
    assert prices(visitor) == ({pot: 27.90}, 27.90)


def test_an_offer_is_good_for_one_order_and_the_second_cart_is_told_before_it_pays():
    site = connected_to()
    tea, = ids(site, "P-0-0")
    token = offer([tea])
    first, second = visitor_of(site), visitor_of(site)
    add(first, [tea], token), add(second, [tea], token)
    assert prices(second)[1] == 18.81
    checkout(site, first)
    page = second.get("/cart/").text
    assert "An offer has ended" in page and prices(second)[1] == 20.90, prices(second)
    assert is_refused(add(visitor_of(site), [tea], token))
    assert visitor_of(site).get("/cart/").text.count("An offer has ended") == 0


def test_an_offer_rests_while_a_coupon_is_used_unless_the_owner_wants_both():
    site = connected_to()
    tea, = ids(site, "P-0-0")
    visitor = visitor_of(site)
    add(visitor, [tea], offer([tea]))
    nonce = visitor.get("/wp-json/wc/store/v1/cart").headers["nonce"]
    visitor.post_json("/wp-json/wc/store/v1/cart/apply-coupon", {"code": "vara10"}, {"Nonce": nonce})
    assert prices(visitor)[1] == 18.81 and "coupon" in visitor.get("/cart/").text           # the coupon's 10 %, not both
    site.php("Vitrine_Options::set(['offers_with_coupons' => true]);")
    assert prices(visitor)[1] == 16.93
    site.php("Vitrine_Options::set(['offers_with_coupons' => false]);")
    visitor.post_json("/wp-json/wc/store/v1/cart/remove-coupon", {"code": "vara10"}, {"Nonce": nonce})
    assert prices(visitor)[1] == 18.81


def test_no_more_than_three_offers_go_into_one_cart():
    site = connected_to()
    products = ids(site, "P-0-0", "P-0-1", "P-0-2", "P-1-0")
    visitor = visitor_of(site)
    said = [is_refused(add(visitor, [p], offer([p]))) for p in products]
    assert said == [False, False, False, True], said


def test_the_shop_switches_offers_off_and_prices_are_its_own_again():
    site = connected_to()
    tea, = ids(site, "P-0-0")
    visitor = visitor_of(site)
    add(visitor, [tea], offer([tea]))
    site.php("Vitrine_Options::set(['offers' => false]);")
    assert prices(visitor)[1] == 20.90
    assert '"bundles":false' in site.get("/").text.replace(" ", "")


def test_the_block_checkout_burns_an_offer_too():
    site = connected_to()
    tea, = ids(site, "P-0-0")
    visitor = visitor_of(site)
    token = offer([tea])
    add(visitor, [tea], token)
    nonce = visitor.get("/wp-json/wc/store/v1/cart").headers["nonce"]
    order = visitor.post_json("/wp-json/wc/store/v1/checkout", {"billing_address": {**ADDRESS, "email": "ana@shop.example"},
                                                               "payment_method": "cod"}, {"Nonce": nonce}).json()
    assert site.php(f"return wc_get_order({order['order_id']})->get_total();") == "18.81"
    assert is_refused(add(visitor, [tea], token))
