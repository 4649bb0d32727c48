"""The night after a day with visitors, what it taught can be read: by the API, by the command, on the page."""
import lib
from test_api import Shop
from test_clock import CLOCK, next_midnight

DAY = 86_400_000
TRACK = "/api/v1/events/track"


def visits(shop, day, visitors, clicks_on):
    """Visitors of a day who see the home page's suggestions; the first `clicks_on` of them click the first one."""
    for v in range(visitors):
        answer = shop.recommend(n=4, placement="home", visitor_id=f"d{day}v{v}")
        if not answer["items"]:
            continue                    # held out
        told = {"rec_id": answer["rec_id"], "visitor_id": f"d{day}v{v}"}
        events = [dict(told, type="impression", items=[{"product_id": i["product_id"]} for i in answer["items"]])]
        if v < clicks_on:
            events.append(dict(told, type="click", product_id=answer["items"][0]["product_id"], position=1))
        status, said = shop.server.post(TRACK, {"events": events}, key=shop.secret)
        assert status == 200 and not said.get("errors"), said


def test_a_day_that_is_over_is_looked_at_the_next_morning():
    start = next_midnight() + 8 * 3_600_000
    shop = Shop("--clock", f"virtual:{start}")
    assert shop.server.get("/api/v1/insights", key=shop.secret)[1] == {"days": []}
    assert "no day is over yet" in lib.run("insights", "--data", shop.data).stdout
    visits(shop, 0, 30, 12)
    lib.wait_until(lambda: lib.sql(shop.data, "SELECT count(*) FROM exposure_row")[0][0] >= 30)
    shown, = lib.sql(shop.data, "SELECT sum(4) FROM exposure_row WHERE held_out = 0")[0]
    clicks, = lib.sql(shop.data, "SELECT count(*) FROM event_row WHERE kind = 'click'")[0]
    assert shop.server.post(CLOCK, {"now_ms": start + DAY}, key=shop.secret)[0] == 200
    lib.wait_until(lambda: shop.server.get("/api/v1/insights", key=shop.secret)[1]["days"])
    day, = shop.server.get("/api/v1/insights?days=5", key=shop.secret)[1]["days"]
    assert (day["impressions"], day["clicks"]) == (shown, clicks), day
    moved = {f["kind"] for f in day["findings"]}        # too few days for anything else
    assert moved <= {"moved"} and all(f["place"] == "home" and "ro" in f["text"] for f in day["findings"]), day
    assert day["visitors"] == len({r[0] for r in lib.sql(shop.data, "SELECT visitor_id FROM event_row")})
    assert lib.run_json("insights", "--data", shop.data)["days"] == [day]
    assert f"{clicks} clicked" in lib.run("insights", "--data", shop.data).stdout
    assert shop.server.get("/api/v1/insights?days=0", key=shop.secret)[1]["error"]["field"] == "days"
    assert shop.server.get("/api/v1/insights?before=soon", key=shop.secret)[1]["error"]["field"] == "before"
    assert shop.server.get("/api/v1/insights", key=shop.public)[0] == 403
