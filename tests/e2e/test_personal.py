"""Answers that follow the visitor, lists that keep their rules, and a shop that learns anew when its file cannot be read."""
import contextlib, sqlite3
import lib
from test_api import Shop


def ids(answer):
    return [i["product_id"] for i in answer["items"]]


def test_an_answer_changes_with_the_very_next_event():
    shop = Shop()
    sellers = [r[0] for r in lib.sql(shop.data, "SELECT product_id FROM order_line_row WHERE kind='item' GROUP BY product_id ORDER BY count(*) DESC LIMIT 40")]
    changed = 0
    for first, then in zip(sellers[::2], sellers[1::2]):
        before = shop.recommend(placement="home", history=[first], n=8)
        after = shop.recommend(placement="home", history=[{"product_id": then, "kind": "cart"}, first], n=8)
        again = shop.recommend(placement="home", history=[{"product_id": then, "kind": "cart"}, first], n=8)
        assert ids(after) == ids(again)
        changed += [(i["product_id"], i["score"]) for i in before["items"]] != [(i["product_id"], i["score"]) for i in after["items"]]
    assert changed == len(sellers) // 2


def test_events_are_told_with_kind_and_time_and_wrong_ones_name_their_field():
    shop = Shop()
    product = shop.products()[0]
    for entry in (product, {"product_id": product}, {"product_id": product, "kind": "purchase", "time_ms": 1700000000000}):
        assert shop.recommend(history=[entry], n=3)["items"]
    for wrong, field in (({"product_id": product, "kind": "stare"}, "kind"), ({"kind": "view"}, "product_id"), ({"product_id": product, "time_ms": -1}, "time_ms"),
                         ({"product_id": product, "colour": "red"}, "colour")):
        status, answer = shop.server.post("/api/v1/recommendations", {"history": [wrong]}, key=shop.secret)
        assert status == 400 and answer["error"]["field"] == field, (wrong, answer)
    status, answer = shop.server.get(f"/api/v1/recommendations?history={product}&max_per_category=1&n=4", key=shop.secret)
    assert status == 200 and len(answer["items"]) == 4


def test_lists_keep_to_quotas_of_brands_and_categories():
    shop = Shop()
    brand = dict(lib.sql(shop.data, "SELECT product_id, min(brand_id) FROM product_brand_row GROUP BY product_id"))
    for product in shop.products()[::40]:
        answer = shop.recommend(product_id=product, n=10, slate={"max_per_brand": 1})
        named = [brand[i] for i in ids(answer) if i in brand]
        assert len(named) == len(set(named)), (product, named)
        answer = shop.recommend(product_id=product, n=6, slate={"max_per_category": 1})
        main = [i["categories"][0] for i in answer["items"] if i["categories"]]
        assert len(answer["items"]) == 6 and len(main) == len(set(main)), (product, main)
    lib.run("stores", "settings", "demo", "max_per_category=2", "--data", shop.data)
    lib.wait_until(lambda: max(lists_of(shop.recommend(placement="home", n=10)).values()) <= 2)


def lists_of(answer):
    main = [i["categories"][0] for i in answer["items"]]
    return {name: main.count(name) for name in main}


def test_exploration_is_the_same_for_a_visitor_and_tells_its_chance():
    shop = Shop()
    ask = {"placement": "home", "n": 8, "slate": {"explore_slots": 2}}
    one, again, other = (shop.recommend(**ask, visitor_id=v) for v in ("v1", "v1", "v2"))
    assert ids(one) == ids(again) and ids(one) != ids(other)
    drawn = [i for i in one["items"] if "propensity" in i]
    assert len(drawn) == 2 and all(0 < i["propensity"] < 1 for i in drawn)
    assert all("propensity" not in i for i in shop.recommend(placement="home", n=8)["items"])


def test_a_damaged_snapshot_is_refused_and_the_shop_learned_anew():
    shop = Shop()
    snapshot = shop.data / "stores" / "1" / "snapshot-1.vit"
    product = shop.products()[0]
    assert shop.recommend(product_id=product, n=3)["strategy"] in ("ranker", "rules")
    assert shop.server.stop() == 0
    whole = snapshot.read_bytes()
    middle = len(whole) // 2
    snapshot.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1:])
    with contextlib.closing(sqlite3.connect(shop.data / "vitrine.db")) as db, db:
        db.execute("UPDATE job_row SET ended_ms=1 WHERE ended_ms>0")    # the last training was not just now
    shop.server = lib.Server(shop.data)
    answer = shop.recommend(product_id=product, n=3)
    assert answer["strategy"] == "catalogue" and len(answer["items"]) == 3, answer
    lib.wait_until(lambda: shop.recommend(product_id=product, n=3)["model_version"] == 2)
    assert shop.recommend(product_id=product, n=3)["strategy"] in ("ranker", "rules")
