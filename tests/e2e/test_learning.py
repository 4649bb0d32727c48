"""The learning loop over real sockets: what visitors click rises in the very next answers, what they pass over sinks, chance tells its
odds, and other processes and restarts know."""
import collections, copy, json, time
import lib
from test_api import Shop
from test_people import running
from test_proof import exposures, exposures_of

TRACK = "/api/v1/events/track"


def shop_with(*how, **settings):
    """A shop with these settings; `how` are words of `vitrine serve`."""
    shop = Shop()
    shop.server.stop()
    lib.run("stores", "settings", shop.store, *[f"{k}={v}" for k, v in settings.items()], "--data", shop.data)
    shop.server = lib.Server(shop.data, *how)
    return shop


def seller(shop):
    return lib.sql(shop.data, "SELECT product_id FROM order_line_row WHERE kind='item' GROUP BY product_id ORDER BY count(*) DESC LIMIT 1")[0][0]


def best(server, shop, product):
    """The list without chance in it."""
    body = {"product_id": product, "n": 4, "preview": True}
    status, answer = server.post("/api/v1/recommendations", body, key=shop.secret)
    assert status == 200, answer
    return [i["product_id"] for i in answer["items"]]


def visit(shop, product, number, wanted):
    """A visitor sees the page, all of the list, and clicks what he wants when it is there; at once, before the log may be on disk."""
    visitor = f"visitor-{number}"
    answer = shop.recommend(product_id=product, n=4, visitor_id=visitor)
    told = [{"type": "impression", "rec_id": answer["rec_id"], "placement": "product", "items": [i["product_id"] for i in answer["items"]]}]
    told += [{"type": "click", "rec_id": answer["rec_id"], "product_id": i["product_id"]} for i in answer["items"] if i["product_id"] == wanted]
    status, body = shop.server.post(TRACK, {"visitor_id": visitor, "events": told}, key=shop.secret)
    assert status == 200 and body["accepted"] == len(told), body
    return answer


def click_until_first(shop, product, wanted, most):
    for number in range(most):
        visit(shop, product, number, wanted)
        if best(shop.server, shop, product)[0] == wanted:
            return number + 1
    raise AssertionError(f"{wanted} did not rise: {best(shop.server, shop, product)}")


def test_what_is_clicked_rises_at_once_and_what_is_passed_over_sinks_also_after_a_restart():
    shop = shop_with(holdout_percent=0, explore_percent=0)
    product = seller(shop)
    before = best(shop.server, shop, product)
    assert click_until_first(shop, product, before[3], 150) < 150
    after = best(shop.server, shop, product)
    assert after[0] == before[3] and before[0] in after[1:] + [None] or before[0] not in after, (before, after)
    shop.server.stop()
    shop.server = lib.Server(shop.data)
    assert best(shop.server, shop, product) == after


def test_another_process_on_the_same_database_knows_within_seconds():
    shop = shop_with(holdout_percent=0, explore_percent=0)
    product = seller(shop)
    other = lib.Server(shop.data)
    before = best(other, shop, product)
    click_until_first(shop, product, before[3], 150)
    lib.wait_until(lambda: best(other, shop, product)[0] == before[3], pause=0.5)
    assert other.stop() == 0


def odds_at(rows):
    """Chance told of each product at each position."""
    told = [collections.defaultdict(set) for _ in range(4)]
    for row in rows:
        for position, (product, _, _, propensity, _) in enumerate(row["items"]):
            told[position][product].add(propensity)
    return told


def test_the_odds_in_the_log_are_above_zero_and_add_up_at_each_position():
    shop = shop_with("--clock", f"virtual:{int(time.time() * 1000)}", holdout_percent=0, explore_percent=50)    # within a minute all are offered the same lists
    product = seller(shop)
    first = best(shop.server, shop, product)[0]
    for number in range(5):
        visit(shop, product, number, first)
    time.sleep(0.3)                                         # kept answers may be 200 ms behind while clicks come in numbers
    asked = [shop.recommend(product_id=product, n=4, visitor_id=f"asks-{i}") for i in range(1000)]
    rows = exposures_of(shop, asked)
    lists = collections.Counter(json.dumps([i[0] for i in r["items"]]) for r in rows)
    assert len(lists) > 5 and 400 < max(lists.values()) < 1000, lists.most_common(3)
    for position in odds_at(rows):
        assert all(len(p) == 1 and 0 < min(p) <= 1 for p in position.values()), position
        assert abs(sum(min(p) for p in position.values()) - 1) < 1e-3, position
    shown = [a for a in asked if any("propensity" in i for i in a["items"])]
    assert 200 < len(shown) < 560, len(shown)               # half of them, less those whose drawn list is the best one


def test_a_shop_that_wants_no_chance_and_a_page_nobody_clicked_have_none():
    shop = shop_with(holdout_percent=0, explore_percent=0)
    product = seller(shop)
    answers = [visit(shop, product, n, None) for n in range(30)]
    assert all(i[3] == 1 for r in exposures_of(shop, answers) for i in r["items"])
    assert len(exposures(shop)) >= 30


def test_one_order_of_two_products_never_sold_together_is_in_the_next_answer():
    with running() as p:
        wait_for_training(p)
        both = lib.sql(p.data, "SELECT a.product_id, b.product_id FROM order_line_row a JOIN order_line_row b ON a.order_id = b.order_id "
                               "WHERE a.kind = 'item' AND b.kind = 'item'")
        sold = [r[0] for r in lib.sql(p.data, "SELECT product_id FROM product_row WHERE type = 'simple' AND status = 'publish' "
                                              "AND stock_status = 'instock' ORDER BY product_id")]
        look = {a: p.post("/api/v1/recommendations", {"product_id": a, "n": 3, "preview": True})[1] for a in sold}
        anchor, partner = next((a, b) for a in sold for b in sold if a != b and (a, b) not in both and look[b]["items"]
                               and b not in [i["product_id"] for i in look[a]["items"]])
        lines = copy.deepcopy(p.template["line_items"])
        lines[1].update({"product_id": int(partner), "variation_id": 0})
        p.order(990001, anchor, line_items=lines)
        status, answer = p.post("/api/v1/recommendations", {"product_id": anchor, "n": 3, "preview": True})
        assert status == 200 and partner in [i["product_id"] for i in answer["items"]], (anchor, partner, [i["product_id"] for i in look[anchor]["items"]], answer)
        item = next(i for i in answer["items"] if i["product_id"] == partner)
        assert item["source"] == "cross_sell" and item["reason"] == "bought_together", item


def wait_for_training(p):
    lib.wait_until(lambda: lib.sql(p.data, "SELECT 1 FROM model_row WHERE state = 'serving'"))
    lib.wait_until(lambda: p.post("/api/v1/recommendations", {"n": 1, "preview": True})[1]["model_version"] > 0)
