"""What was shown to whom: every answer is in the database after it was given, with all that crediting and judging it needs."""
import json
import lib
from test_api import Shop


def exposures(shop, where="1=1", *binds):
    """Rows of the log as dictionaries, oldest first; the writing happens behind the answers."""
    columns = "rec_id, time_ms, visitor_id, placement, product_id, arms, held_out, strategy, model_version, items"
    rows = lib.sql(shop.data, f"SELECT {columns} FROM exposure_row WHERE {where} ORDER BY rec_id", *binds)
    return [{**dict(zip(columns.split(", "), r)), "items": json.loads(r[-1])} for r in rows]


def exposures_of(shop, answers):
    """The rows of these answers, once all are there."""
    wanted = [a["rec_id"] for a in answers]
    found = lambda: {e["rec_id"]: e for e in exposures(shop, "rec_id >= ?", min(wanted))}
    by_id = lib.wait_until(lambda: e if set(wanted) <= (e := found()).keys() else None)
    return [by_id[r] for r in wanted]


def test_every_answer_is_in_the_database_after_it():
    shop = Shop()
    product = shop.products()[4]
    answers = [shop.recommend(product_id=product, visitor_id="v-1", n=4), shop.recommend(placement="home"),
               shop.server.post("/api/recommendations", {"product_id": product, "cart_value": 100000}, key=shop.public)[1],
               shop.server.get(f"/api/v1/recommendations?cart={product}&placement=cart", key=shop.public)[1]]
    rows = exposures_of(shop, answers)
    for answer, row in zip(answers, rows):
        assert [i[0] for i in row["items"]] == [i["product_id"] for i in answer["items"]], (answer, row)
        assert [i[1] for i in row["items"]] == [i["source"] for i in answer["items"]]
        for told, (_, _, probability, propensity, price) in zip(answer["items"], row["items"]):
            assert abs(probability - told["probability"]) < 1e-4 and propensity == 1
            assert price == round(100 * told.get("incentive", told)["price"]), (price, told)
        assert row["placement"] == answer["placement"] and row["strategy"] == answer["strategy"] and not row["held_out"]
        assert row["model_version"] == answer["model_version"]
    assert [r["visitor_id"] or "" for r in rows] == ["v-1", "", "", ""] and [r["product_id"] or "" for r in rows] == [product, "", product, ""]


def test_an_answer_copied_from_memory_is_logged_like_the_first():
    shop = Shop()
    product = shop.products()[4]
    answers = [shop.recommend(product_id=product, n=4) for _ in range(20)]
    rows = exposures_of(shop, answers)
    assert len({r["rec_id"] for r in rows}) == 20 and len({json.dumps(r["items"]) for r in rows}) == 1
    assert len(rows[0]["items"]) == 4


def test_answers_given_before_the_end_are_in_the_database_after_it():
    shop = Shop()
    answers = [shop.recommend(placement="home", n=3) for _ in range(50)]
    assert shop.server.stop() == 0
    assert {a["rec_id"] for a in answers} <= {e["rec_id"] for e in exposures(shop)}


def test_who_did_not_agree_is_logged_without_a_name():
    shop = Shop()
    for visitor, consent in (("refuses", "none"), ("counts", "statistics")):
        status, told = shop.server.post("/api/v1/events/track", {"type": "consent", "visitor_id": visitor, "consent": consent}, key=shop.public)
        assert status == 200, told
    answers = [shop.recommend(visitor_id=v, n=2) for v in ("refuses", "counts", "unasked")]
    assert [r["visitor_id"] or "" for r in exposures_of(shop, answers)] == ["", "counts", "unasked"]


def holdout(shop, percent):
    """A server whose store holds so many percent out."""
    shop.server.stop()
    lib.run("stores", "settings", shop.store, f"holdout_percent={percent}", "--data", shop.data)
    shop.server = lib.Server(shop.data)
    return shop


def test_the_held_out_see_nothing_and_are_logged_with_what_they_would_have_seen():
    shop = Shop()
    answers = [shop.recommend(placement="home", visitor_id=f"v-{i}", n=3) for i in range(2000)]
    held = [a for a in answers if a.get("held_out")]
    assert 65 <= len(held) <= 135, len(held)                # 100, standard deviation 9.7
    assert all(a["items"] == [] and "bundle" not in a for a in held)
    assert all(len(a["items"]) == 3 for a in answers if "held_out" not in a)
    rows = exposures_of(shop, answers)
    assert all(bool(r["held_out"]) == ("held_out" in a) and len(r["items"]) == 3 for a, r in zip(answers, rows))
    again = [shop.recommend(placement="home", visitor_id=f"v-{i}", n=3) for i in range(0, 2000, 10)]
    assert ["held_out" in a for a in again] == ["held_out" in a for a in answers[::10]]
    assert not any("held_out" in shop.recommend(placement="home", n=3) for _ in range(100)), "a stranger was held out"


def test_previews_and_shops_without_a_hold_out_show_everybody_something():
    shop = Shop()
    held = next(f"v-{i}" for i in range(500) if "held_out" in shop.recommend(placement="home", visitor_id=f"v-{i}", n=3))
    before = len(exposures(shop))
    look = shop.recommend(placement="home", visitor_id=held, preview=True, n=3)
    assert len(look["items"]) == 3 and "held_out" not in look
    status, refused = shop.server.post("/api/v1/recommendations", {"preview": True}, key=shop.public)
    assert status == 403 and refused["error"]["field"] == "preview", refused
    holdout(shop, 0)
    assert not exposures(shop, "rec_id = ?", look["rec_id"]) and len(exposures(shop)) >= before
    assert len(shop.recommend(placement="home", visitor_id=held, n=3)["items"]) == 3
