"""What the server tells the widget, over the real binary: the configuration with its tag, whose pages may ask, what owners set."""
import json
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
