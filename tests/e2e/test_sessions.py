"""What visitors look at is learned: events come in by HTTP, a training follows, and one view changes the next answer."""
import json, random, time
import lib
from test_api import Shop

MINUTE = 60_000


def walk_the_path(shop, path, visits):
    """Visits of the last five days to three products that follow each other in `path`."""
    now, dice, events = int(time.time() * 1000), random.Random(5), []
    for visit in range(visits):
        begins, first = now - (5 * 24 * 60 - visit * 20) * MINUTE, dice.randrange(len(path))
        events += [{"type": "view", "visitor_id": f"walker{visit}", "time": begins + k * MINUTE, "product_id": path[(first + k) % len(path)]} for k in range(3)]
    for at in range(0, len(events), 500):
        status, answer = shop.server.post("/api/v1/events/track", {"events": events[at:at + 500]}, key=shop.secret)
        assert status == 200 and answer["accepted"] == len(events[at:at + 500]), answer


def seen_next(shop, path, name, **ask):
    """In how many answers at the home page, to somebody who looked at one product of the path, the next one or the one before stands."""
    found = 0
    for at, product in enumerate(path):
        visitor = f"{name}{at}"
        assert shop.server.post("/api/v1/events/track", {"type": "view", "visitor_id": visitor, "product_id": product}, key=shop.secret)[0] == 200
        shown = [i["product_id"] for i in shop.recommend(placement="home", visitor_id=visitor, n=12, preview=True, **ask)["items"]]
        found += bool({path[(at + 1) % len(path)], path[at - 1]} & set(shown))
    return found


def test_a_view_brings_what_others_looked_at_next():
    shop = Shop()
    sellable = shop.products("type='simple' AND stock_status='instock' AND visibility='visible'")
    path = random.Random(3).sample(sellable, 30)
    before = seen_next(shop, path, "early")
    walk_the_path(shop, path, 300)
    report = lib.run_json("train", "demo", "--data", shop.data)["metrics"]
    assert report["session_model"] and report["visits"] >= 300 and report["session_gain"][1] > 0, report
    lib.wait_until(lambda: shop.recommend(n=3)["model_version"] == 2)
    after, personal = seen_next(shop, path, "late"), seen_next(shop, path, "later", source="personal")
    assert before <= 4 and after >= before + 6 and personal >= 20, (before, after, personal)    # what sells weighs on the whole list too
    rows = [json.loads(line) for line in lib.run("eval", "store", "demo", "--model", "markov", "--json", "--data", shop.data).stdout.splitlines()]
    visit = {r["model"]: r for r in rows if r["task"] == "visit"}
    assert visit["markov"]["gain"]["hr@10"][1] > 0 and visit["popularity"]["n_test"] >= 50, visit
