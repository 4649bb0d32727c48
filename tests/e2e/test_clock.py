"""A server with a virtual clock stands still until it is told the time; others have no such route."""
import time
import lib
from test_api import Shop

CLOCK = "/api/v1/clock"
MONDAY = 1_767_571_200_000          # 2026-01-05


def test_a_virtual_clock_moves_only_when_told_and_never_back():
    shop = Shop("--clock", f"virtual:{MONDAY}")
    say = lambda body, key=shop.secret: shop.server.post(CLOCK, body, key=key)
    track = lambda: shop.server.post("/api/v1/events/track", {"type": "search", "query": "x", "visitor_id": "v"}, key=shop.secret)[0]
    assert track() == 200
    assert say({"now_ms": MONDAY + 3_600_000}) == (200, {"now_ms": MONDAY + 3_600_000})
    assert track() == 200
    status, answer = say({"now_ms": MONDAY})
    assert status == 409 and answer["error"]["field"] == "now_ms"
    assert track() == 200
    hour = [MONDAY, MONDAY + 3_600_000, MONDAY + 3_600_000]
    assert [r[0] for r in lib.sql(shop.data, "SELECT time_ms FROM event_row ORDER BY event_id")] == hour
    assert [r[0] for r in lib.sql(shop.data, "SELECT count(DISTINCT session_id) FROM event_row")] == [2]    # an hour of silence lies between
    assert say({})[1]["error"]["field"] == "now_ms" and say({"now_ms": -1})[0] == 400
    assert say({"now_ms": MONDAY}, key=shop.public)[0] == 403 and say({"now_ms": MONDAY}, key=None)[0] == 401
    assert CLOCK not in shop.server.get("/openapi.json")[1]["paths"]


def test_a_server_with_the_systems_clock_cannot_be_moved():
    shop = Shop()
    assert shop.server.post(CLOCK, {"now_ms": MONDAY}, key=shop.secret)[0] == 404


def test_a_clock_that_is_none_is_refused():
    for word in ("sundial", "virtual:", "virtual:soon", "system:1"):
        assert "--clock" in lib.run("serve", "--data", lib.folder(), "--port", 0, "--clock", word, ok=False).stderr


def test_a_day_that_passes_makes_the_daily_jobs_due():
    shop = Shop("--clock", f"virtual:{next_midnight()}")
    trainings = lambda: lib.sql(shop.data, "SELECT state, due_ms FROM job_row WHERE kind = 'train' ORDER BY job_id")
    before = len(trainings())
    day = next_midnight() + 86_400_000 + 7_200_000
    assert shop.server.post(CLOCK, {"now_ms": day}, key=shop.secret)[0] == 200
    lib.wait_until(lambda: len(trainings()) == before + 1 and trainings()[-1] == ("done", day))
    rows = lib.sql(shop.data, "SELECT started_ms, ended_ms, heartbeat_ms, attempts FROM job_row WHERE kind = 'train' ORDER BY job_id")
    assert rows[-1] == (day, day, day, 1)           # its whole life lies in that moment
    lib.wait_until(lambda: shop.recommend(n=3)["model_version"] == 2)
    lib.wait_until(lambda: lib.sql(shop.data, "SELECT max(time_ms) FROM exposure_row") == [(day,)])


def next_midnight():
    """UTC milliseconds; the demonstration shop's orders and first model are older."""
    return (int(time.time() // 86_400) + 1) * 86_400_000
