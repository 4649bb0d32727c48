"""Experiments and placements as an owner uses them: set, made, started, shown to visitors, logged, stopped; over the real binary."""
import collections
import lib
from test_api import Shop
from test_proof import exposures_of

EVEN = [{"key": "control", "share": 0.5}, {"key": "two", "share": 0.5, "settings": {"n": 2, "discount": 10, "display": "popup"}}]


def ask(shop, method, path, body=None, key=None):
    """(status, answer) of a call with the secret key."""
    headers = {"Content-Type": "application/json", **lib.bearer(key or shop.secret)}
    status, _, answer = shop.server.request(method, "/api/v1" + path, lib.json.dumps(body) if body is not None else None, headers)
    return status, lib.as_json(answer)


def open_to_all(shop):
    """A server whose store holds nobody out, so that every visitor is in experiments."""
    shop.server.stop()
    lib.run("stores", "settings", shop.store, "holdout_percent=0", "--data", shop.data)
    shop.server = lib.Server(shop.data)
    return shop


def make(shop, start=True, **experiment):
    status, made = ask(shop, "POST", "/experiments", {"name": "a trial", "variants": EVEN, **experiment})
    assert status == 201 and made["experiment"]["state"] == "draft" and made["figures"] is None, made
    number = str(made["experiment"]["experiment_id"])
    if start:
        status, made = ask(shop, "POST", f"/experiments/{number}/start", {})
        assert status == 200 and made["experiment"]["state"] == "running" and made["experiment"]["started_ms"] > 0, made
    return number


def visits(shop, n, **request):
    return [shop.recommend(placement="home", visitor_id=f"v-{i}", n=4, **request) for i in range(n)]


def test_what_the_owner_sets_counts_from_the_next_answer_and_bad_settings_change_nothing():
    shop = Shop()
    usual = shop.recommend(placement="home", n=4)
    assert len(usual["items"]) == 4 and "display" not in usual
    status, row = ask(shop, "PUT", "/placements/home", {"n": 2, "discount": 10, "display": "banner", "message": "none"})
    assert status == 200 and row["settings"]["n"] == 2 and row["updated_ms"] > 0, row
    for _ in range(2):                                      # the second server reads them from the database
        answer = shop.recommend(placement="home", n=4)
        assert len(answer["items"]) == 2 and answer["display"] == "banner", answer
        assert all(i["incentive"]["discount"] == 10 and i["message"] == "" for i in answer["items"]), answer["items"]
        shop.server.stop()
        shop.server = lib.Server(shop.data)
    for body, field in (({"n": 0}, "n"), ({"colour": 1}, "settings"), ({"display": "loud"}, "display"), ([], "settings"), ({"enabled": 1}, "enabled")):
        status, refused = ask(shop, "PUT", "/placements/home", body)
        assert status == 400 and refused["error"]["field"] == field, refused
    status, refused = ask(shop, "PUT", "/placements/email", {"discount": 5})
    assert status == 400 and "letter" in refused["error"]["message"], refused
    status, refused = ask(shop, "PUT", "/placements/roof", {"n": 2})
    assert status == 400 and refused["error"]["field"] == "placement" and "home" in refused["error"]["message"], refused
    assert ask(shop, "PUT", "/placements/home", {"n": 2}, key=shop.public)[0] == 403
    listed = {p["placement"]: p for p in ask(shop, "GET", "/placements")[1]["placements"]}
    assert listed["home"]["settings"] == {"n": 2, "discount": 10, "display": "banner", "message": "none"} and not listed["cart"]["settings"]
    assert ask(shop, "PUT", "/placements/home", {"enabled": False})[0] == 200
    off = shop.recommend(placement="home", n=4)
    assert off["enabled"] is False and off["items"] == [] and off["strategy"] == "off", off
    status, row = ask(shop, "PUT", "/placements/home", {})
    assert status == 200 and row["settings"] == {} and row["updated_ms"] == 0, row
    assert len(shop.recommend(placement="home", n=4)["items"]) == 4


def test_an_experiment_shares_visitors_out_shows_its_variants_and_is_logged():
    shop = open_to_all(Shop())
    assert not any("arms" in a for a in visits(shop, 20))
    draft = make(shop, start=False, placement="home")
    assert not any("arms" in a for a in visits(shop, 20)), "a draft was shown"
    assert ask(shop, "POST", f"/experiments/{draft}/start", {})[0] == 200
    answers = visits(shop, 1000)
    arms = [a["arms"][draft] for a in answers]
    assert 420 <= arms.count("two") <= 580, collections.Counter(arms)           # 500, standard deviation 15.8
    for answer, arm in zip(answers, arms):
        assert (len(answer["items"]), answer.get("display")) == ((2, "popup") if arm == "two" else (4, None)), answer
        assert arm == "control" or all(i["incentive"]["discount"] == 10 for i in answer["items"])
    assert [r["arms"] for r in exposures_of(shop, answers)] == [f"{draft}={a}" for a in arms]
    assert [a["arms"][draft] for a in visits(shop, 100)] == arms[:100], "not sticky"
    assert "arms" not in shop.recommend(placement="cart", visitor_id="v-1") and "arms" not in shop.recommend(placement="home", n=4)
    assert "arms" not in shop.recommend(placement="home", visitor_id="v-1", preview=True)
    status, row = ask(shop, "POST", f"/experiments/{draft}/stop", {})
    row = row["experiment"]
    assert status == 200 and row["state"] == "stopped" and row["ended_ms"] >= row["started_ms"], row
    after = visits(shop, 20)
    assert not any("arms" in a for a in after) and all(len(a["items"]) == 4 for a in after)
    assert ask(shop, "POST", f"/experiments/{draft}/start", {})[0] == 409


def test_a_log_in_keeps_the_arm_and_the_hold_out():
    shop = Shop()
    number = make(shop, variants=EVEN)
    before = visits(shop, 60)
    assert any("held_out" in a for a in visits(shop, 400))
    for i in range(60):
        status, told = shop.server.post("/api/v1/identify", {"visitor_id": f"v-{i}", "customer_id": str(9000 + i)}, key=shop.secret)
        assert status == 200, told
    after = visits(shop, 60) + [shop.recommend(placement="home", visitor_id=f"v-{i}", customer_id=str(9000 + i), n=4) for i in range(60)]
    def told(a):
        return a.get("held_out", False), a.get("arms", {}).get(number)
    assert [told(a) for a in after] == 2 * [told(a) for a in before]
    subjects = lib.wait_until(lambda: len(s := subjects_of(shop, 0)) >= 400 and s)
    for i in range(60):
        arm, mixed = subjects[f"v:v-{i}"]
        assert arm == ("held_out" if "held_out" in before[i] else "treated") and not mixed


def test_a_second_browser_of_a_customer_is_shown_what_the_first_is():
    shop = open_to_all(Shop())
    number = make(shop)
    arm = lambda **who: shop.recommend(placement="home", n=4, **who)["arms"][number]
    pairs = [(f"a-phone-{i}", f"b-laptop-{i}") for i in range(40)]    # of the same millisecond the smaller name is the first
    phones = [arm(visitor_id=p) for p, _ in pairs]          # all of them first: within a millisecond nothing is
    before = list(zip(phones, [arm(visitor_id=l) for _, l in pairs]))
    assert sum(p != l for p, l in before) > 5
    for i, pair in enumerate(pairs):
        for visitor in pair:
            told = {"visitor_id": visitor, "customer_id": str(i + 1)}
            if i % 2:
                assert shop.server.post("/api/v1/identify", told, key=shop.secret)[0] == 200
            else:                                           # as the shop's server tells it with what was seen
                assert shop.server.post("/api/v1/events/track", {"type": "view", "product_id": "1", **told}, key=shop.secret)[0] == 200
    now = [(p, p, p) for p, _ in before]
    shown = lambda: [(arm(visitor_id=p), arm(visitor_id=l), arm(customer_id=str(i + 1))) for i, (p, l) in enumerate(pairs)]
    assert shown()[1::2] == now[1::2]                       # said to this process: at once
    lib.wait_until(lambda: shown() == now)                  # heard of by the way: within seconds
    shop.server.stop()
    shop.server = lib.Server(shop.data)
    assert shown() == now
    expected = {f"v:{p}": (b[0], b[0] != b[1]) for (p, _), b in zip(pairs, before)}
    lib.wait_until(lambda: subjects_of(shop, int(number)) == expected)


def subjects_of(shop, number):
    """{person: (arm, mixed)} of an experiment; 0 is the hold-out."""
    rows = lib.sql(shop.data, "SELECT person, arm, mixed FROM subject_row WHERE experiment_id = ?", number)
    return {person: (arm, bool(mixed)) for person, arm, mixed in rows}


def test_two_experiments_of_a_layer_never_share_a_visitor():
    shop = open_to_all(Shop())
    first = make(shop, layer="prices", layer_from=0, layer_to=3000)
    whole = make(shop, start=False, layer="prices")
    status, refused = ask(shop, "POST", f"/experiments/{whole}/start", {})
    assert status == 409 and refused["error"]["field"] == "layer_from" and "prices" in refused["error"]["message"], refused
    second = make(shop, layer="prices", layer_from=3000, layer_to=10000)
    other = make(shop)
    answers = visits(shop, 600)
    taken = [set(a["arms"]) for a in answers]
    assert all(len(t & {first, second}) == 1 and other in t for t in taken)
    assert 130 <= sum(first in t for t in taken) <= 230                         # 180, standard deviation 11.2
    both = collections.Counter((a["arms"].get(first) or a["arms"].get(second), a["arms"][other]) for a in answers)
    assert len(both) == 4 and min(both.values()) > 90, both                     # arms of two layers are independent


def test_experiments_are_listed_deleted_and_aimed_at_some():
    shop = open_to_all(Shop())
    numbers = [make(shop, start=False, targeting={"customer": True, "locale": ["ro"]}, plan={"least_days": 7}) for _ in range(3)]
    status, page = ask(shop, "GET", "/experiments?limit=2")
    assert status == 200 and [str(e["experiment_id"]) for e in page["experiments"]] == numbers[:0:-1] and page["next"], page
    page = ask(shop, "GET", f"/experiments?before={page['next']}")[1]
    assert [str(e["experiment_id"]) for e in page["experiments"]] == numbers[:1] and page["next"] is None
    assert ask(shop, "DELETE", f"/experiments/{numbers[0]}") == (200, {"deleted": int(numbers[0])})
    assert ask(shop, "GET", f"/experiments/{numbers[0]}")[0] == 404
    row = ask(shop, "GET", f"/experiments/{numbers[1]}")[1]["experiment"]
    assert row["targeting"] == {"customer": True, "locale": ["ro"]} and row["plan"] == {"least_days": 7} and row["author"] == "person"
    ask(shop, "POST", f"/experiments/{numbers[1]}/start", {})
    assert ask(shop, "DELETE", f"/experiments/{numbers[1]}")[0] == 409
    in_it = [a for a in visits(shop, 20, customer_id="5", locale="ro") if "arms" in a]
    assert len(in_it) == 20 and not any("arms" in a for a in visits(shop, 20, locale="ro") + visits(shop, 20, customer_id="5", locale="en"))


def test_an_experiment_tells_what_was_seen_when_it_was_last_looked_at():
    shop = open_to_all(Shop())
    number = make(shop)
    visits(shop, 40)
    lib.wait_until(lambda: len(subjects_of(shop, int(number))) == 40)
    assert ask(shop, "POST", "/experiments/look", {})[0] == 202
    seen = lib.wait_until(lambda: (a := ask(shop, "GET", f"/experiments/{number}")[1])["figures"] and a)
    assert seen["figures_ms"] > seen["experiment"]["started_ms"] and "control" in lib.json.dumps(seen["figures"]), seen


def test_bad_experiments_are_refused_with_the_field():
    shop = Shop()
    good = {"name": "x", "variants": EVEN}
    uneven = [{"key": "a", "share": 0.5}, {"key": "b", "share": 0.4}]
    loud = [{"key": "a", "share": 0.5}, {"key": "b", "share": 0.5, "settings": {"message": "loud"}}]
    bad = [({"variants": EVEN}, "name"), ({"name": "x"}, "variants"), ({**good, "variants": uneven}, "variants"), ({**good, "variants": loud}, "message"),
           ({**good, "variants": EVEN[:1]}, "variants"), ({**good, "placement": "roof"}, "placement"), ({**good, "targeting": {"age": 3}}, "targeting"),
           ({**good, "layer_from": 5}, "layer"), ({**good, "layer": "l", "layer_from": 10, "layer_to": 10}, "layer_from"),
           ({**good, "plan": 3}, "plan"), ({**good, "plan": {"least_days": -1}}, "least_days"), ({**good, "mode": "fast"}, "mode")]
    for body, field in bad:
        status, refused = ask(shop, "POST", "/experiments", body)
        assert status == 400 and refused["error"]["field"] == field, (body, refused)
    assert ask(shop, "GET", "/experiments")[1] == {"experiments": [], "next": None}
    assert ask(shop, "POST", "/experiments/77/start", {})[0] == 404 and ask(shop, "GET", "/experiments/x")[0] == 404
    assert ask(shop, "POST", "/experiments", good, key=shop.public)[0] == 403


def test_the_power_calculator_gives_the_third_of_three():
    shop = Shop()
    question = {"mean": 0.05, "visitors_per_day": 1000, "daily": False}
    status, needed = ask(shop, "POST", "/experiments/power", {**question, "lift": 0.2})
    assert status == 200 and 16000 < needed["visitors"] < 16700, needed         # 8,158 an arm: Fleiss, alpha .05, power .8
    assert abs(needed["days"] - needed["visitors"] / 1000) < 0.06 and abs(needed["power"] - 0.8) < 0.002
    seen = ask(shop, "POST", "/experiments/power", {**question, "visitors": needed["visitors"]})[1]
    assert abs(seen["lift"] - 0.2) < 0.002, seen
    both = ask(shop, "POST", "/experiments/power", {**question, "lift": 0.2, "visitors": needed["visitors"] / 2})[1]
    assert 0.4 < both["power"] < 0.6, both
    daily = ask(shop, "POST", "/experiments/power", {**question, "lift": 0.2, "daily": True})[1]
    assert daily["visitors"] > needed["visitors"] and daily["expected_visitors"] < daily["visitors"], daily
    for body, field in (({"visitors_per_day": 10}, "mean"), (question, "lift"), ({**question, "lift": 0.2, "variants": 9}, "variants")):
        status, refused = ask(shop, "POST", "/experiments/power", body)
        assert status == 400 and refused["error"]["field"] == field, refused
