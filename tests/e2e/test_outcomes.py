"""What visitors click where it is shown teaches the next training: over real sockets, the night's model is ordered by outcomes and lists
of pages that nobody visited have changed too."""
import json
import lib
from test_api import Shop
from test_clock import CLOCK, next_midnight

TRACK, DAY_MS, HOUR_MS = "/api/v1/events/track", 86_400_000, 3_600_000


def shop_with(clock, **settings):
    shop = Shop()
    shop.server.stop()
    lib.run("stores", "settings", shop.store, *[f"{k}={v}" for k, v in settings.items()], "--data", shop.data)
    shop.server = lib.Server(shop.data, "--clock", f"virtual:{clock}")
    return shop


def set_clock(shop, ms):
    status, body = shop.server.post(CLOCK, {"now_ms": ms}, key=shop.secret)
    assert status == 200, body


def kinds_of(shop):
    return dict(lib.sql(shop.data, "SELECT product_id, category_id FROM product_category_row ORDER BY position DESC"))


def visit(shop, number, page, wanted, kinds):
    """Somebody new sees all of the list of a page, and clicks the first of the wanted kind."""
    visitor = f"outcome-{number}"
    answer = shop.recommend(product_id=page, n=4, visitor_id=visitor)
    told = [{"type": "impression", "rec_id": answer["rec_id"]}]
    liked = [i["product_id"] for i in answer["items"] if kinds.get(i["product_id"]) == wanted]
    told += [{"type": "click", "rec_id": answer["rec_id"], "product_id": i} for i in liked[:1]]
    status, body = shop.server.post(TRACK, {"visitor_id": visitor, "consent": "all", "events": told}, key=shop.secret)
    assert status == 200 and body["accepted"] == len(told), body
    return bool(liked)


def look(shop, page):
    return shop.recommend(product_id=page, n=4, preview=True)


def train(shop, since):
    def newest():
        jobs = [j for j in shop.server.get("/api/v1/jobs?limit=20", key=shop.secret)[1]["jobs"] if j["kind"] == "train"]
        if jobs and jobs[0]["state"] == "done" and jobs[0]["started_ms"] >= since:
            return True
        if not jobs or jobs[0]["state"] == "done":
            shop.server.post("/api/v1/store/train", {}, key=shop.secret)
        return False
    lib.wait_until(newest, pause=0.2)


def scene(shop, kinds):
    """Pages of the kind that has most of them, and a kind their lists often end with."""
    pages = [p for p in shop.products("stock_status='instock' AND type='simple'") if p in kinds]
    most = max(set(kinds[p] for p in pages), key=lambda k: (sum(kinds[p] == k for p in pages), k))
    pages = [p for p in pages if kinds[p] == most]
    seen, first = {}, {}
    for page in pages:
        found = [kinds.get(i["product_id"]) for i in look(shop, page)["items"]]
        first[found[0]] = first.get(found[0], 0) + 1
        for k in set(found[1:]):
            seen[k] = seen.get(k, 0) + 1
    wanted = max(seen, key=lambda k: (seen[k] - 2 * first.get(k, 0), k))
    return pages, wanted


def metrics(shop):
    return json.loads(lib.sql(shop.data, "SELECT metrics FROM model_row ORDER BY version DESC LIMIT 1")[0][0])


def test_clicks_teach_the_next_training_what_to_show_on_pages_nobody_visited():
    start = next_midnight() + 10 * HOUR_MS
    shop = shop_with(start, holdout_percent=0, explore_percent=50)
    kinds = kinds_of(shop)
    pages, wanted = scene(shop, kinds)
    visited, unvisited = pages[::2], pages[1::2]
    share = lambda answers: sum(kinds.get(i["product_id"]) == wanted for a in answers for i in a["items"][:2])
    before = share([look(shop, p) for p in unvisited])
    clicks = 0
    for day in range(3):
        set_clock(shop, start + day * (DAY_MS + HOUR_MS))
        clicks += sum(visit(shop, 1000 * day + n, visited[n % len(visited)], wanted, kinds) for n in range(120))
    assert clicks > 80, clicks
    night = start + 3 * (DAY_MS + HOUR_MS)
    set_clock(shop, night)
    train(shop, night)
    told = metrics(shop)
    assert told["answers_shown"] >= 300 and told["clicks"] > 80 and told["outcome_rows"] > 1000, told
    assert told["outcomes"]["stranger_product"]["used"], told["outcomes"]
    lib.wait_until(lambda: look(shop, unvisited[0])["strategy"] == "outcomes")
    after = share([look(shop, p) for p in unvisited])
    assert after > before, (before, after, wanted, told["outcomes"])
