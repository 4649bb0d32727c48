"""What was learned and is worse: refused before it serves, taken back by itself when visitors click less since; and what is neither."""
import datetime, json, random
import lib
from test_clock import CLOCK, MONDAY

DAY = 86_400_000
PAIRS = 30
TRACK = "/api/v1/events/track"


class Little:
    """A shop of sixty products sold in pairs, on a server whose clock is moved by hand."""

    def __init__(self, *settings):
        self.data, self.key = lib.folder(), None
        self.orders(0, 400, [MONDAY - DAY * (1 + o * 200 // 400) for o in range(400)], lambda r, o: (2 * (o % PAIRS), 2 * (o % PAIRS) + 1))
        lib.run("stores", "settings", "shop", "holdout_percent=0", "explore_percent=0", "auto_experiments=off", "plan_insights=off",
                "plan_positions=off", "plan_displays=off", "plan_experiments=off", "plan_retention=off", *settings, "--data", self.data)
        self.now = MONDAY
        self.server = lib.Server(self.data, "--clock", f"virtual:{self.now}")
        self.wait_for_jobs()

    def orders(self, first, n, times, basket):
        """Import n orders of two products each."""
        r, path = random.Random(first), lib.folder() / "orders.csv"
        lines = ["order,date,customer id,product id,product name,qty,unit price"]
        for o in range(n):
            when = datetime.datetime.fromtimestamp(times[o] // 1000, datetime.timezone.utc)
            lines += [f"{first + o},{when:%Y-%m-%d %H:%M:%S},c{r.randrange(200)},p{p},Product {p},1,10.00" for p in basket(r, o)]
        path.write_text("\n".join(lines) + "\n")
        said = lib.run_json("import", "orders", path, "--store", "shop", "--no-train", "--strict", "--data", self.data)
        self.key = said.get("secret") or self.key

    def move_to(self, now_ms):
        night, self.now = now_ms // DAY > self.now // DAY, now_ms
        assert self.server.post(CLOCK, {"now_ms": now_ms}, key=self.key) == (200, {"now_ms": now_ms})
        looked = lambda: lib.sql(self.data, "SELECT 1 FROM job_row WHERE kind = 'rollback' AND state = 'done' AND ended_ms = ?", now_ms)
        if night:
            lib.wait_until(looked)
        self.wait_for_jobs()

    def wait_for_jobs(self):
        lib.wait_until(lambda: self.serving())
        lib.wait_until(lambda: not lib.sql(self.data, "SELECT 1 FROM job_row WHERE state IN ('queued', 'running')"))

    def serving(self):
        row = lib.sql(self.data, "SELECT version FROM model_row WHERE state = 'serving'")
        return row[0][0] if row else None

    def train(self):
        """The result of a training asked for by the API."""
        status, job = self.server.post("/api/v1/store/train", {}, key=self.key)
        assert status in (200, 202), (status, job)
        ended = lambda: lib.sql(self.data, "SELECT result FROM job_row WHERE job_id = ? AND state = 'done'", job["job_id"])
        return json.loads(lib.wait_until(ended)[0][0])


def any_two(r, o):
    return r.sample(range(2 * PAIRS), 2)


def test_a_training_on_spoiled_data_is_refused_and_what_serves_goes_on():
    shop = Little()
    shop.move_to(MONDAY + 3_600_000)
    before, good = shop.serving(), lib.sql(shop.data, "SELECT metrics FROM model_row WHERE state = 'serving'")
    assert json.loads(good[0][0])["hit_rate_10"] > 0.9, good
    shop.orders(10_000, 2000, [MONDAY - DAY * (1 + o * 200 // 2000) for o in range(2000)], any_two)     # another shop's, by mistake
    shop.move_to(shop.now + 3_600_000)
    told = shop.train()
    assert "questions had a hit" in told["refused"] and "version" not in told, told
    assert shop.serving() == before and "train.refused" in shop.server.log()
    answer = shop.server.post("/api/v1/recommendations", {"product_id": "p4", "n": 1, "preview": True}, key=shop.key)[1]
    assert answer["model_version"] == before and answer["items"][0]["product_id"] == "p5", answer
    assert not list(shop.data.glob("stores/*/*.again"))


def test_newer_orders_that_are_harder_to_foretell_are_learned_from_all_the_same():
    shop = Little()
    shop.move_to(MONDAY + 3_600_000)
    before = shop.serving()
    shop.orders(10_000, 120, [shop.now + 60_000 * o for o in range(120)], any_two)      # the shop's own, of today
    shop.move_to(shop.now + 6 * 3_600_000)
    told = shop.train() if shop.serving() == before else None
    assert shop.serving() > before, told
    now = json.loads(lib.sql(shop.data, "SELECT metrics FROM model_row WHERE state = 'serving'")[0][0])
    assert now["hit_rate_10"] < 0.6 and "train.harder_to_foretell" in shop.server.log(), now


def live(shop, answers, clicked):
    """Visitors of a day, so many of whom click."""
    events = []
    for v in range(answers):
        answer = shop.server.post("/api/v1/recommendations", {"product_id": f"p{v % 60}", "n": 3, "visitor_id": f"{shop.now}-{v}"}, key=shop.key)[1]
        told = {"rec_id": answer["rec_id"], "visitor_id": f"{shop.now}-{v}"}
        if v % (answers // clicked) == 0:
            events.append({**told, "type": "click", "product_id": answer["items"][0]["product_id"]})
    status, said = shop.server.post(TRACK, {"events": events}, key=shop.key)
    assert status == 200 and said["accepted"] == len(events), said
    count = lambda: lib.sql(shop.data, "SELECT count(*) FROM exposure_row WHERE time_ms = ?", shop.now)[0][0]
    lib.wait_until(lambda: count() == answers)
    return answer["model_version"]


def test_what_is_clicked_less_since_it_was_learned_is_taken_back_and_the_owner_is_told():
    shop = Little("owner_email=ana@shop.example")
    for day in range(21):
        shop.move_to(MONDAY + DAY * day + DAY // 2)
        live(shop, 80, 40)
    before = shop.serving()
    letters = lambda: lib.sql(shop.data, "SELECT subject, text FROM letter_row WHERE letter LIKE 'rollback-%'")
    assert not letters() and not lib.sql(shop.data, "SELECT 1 FROM model_row WHERE state = 'failed'")
    for day in range(21, 26):
        shop.move_to(MONDAY + DAY * day + DAY // 2)
        if letters():
            break
        live(shop, 80, 4)
    assert len(letters()) == 1, lib.sql(shop.data, "SELECT result FROM job_row WHERE kind = 'rollback' ORDER BY job_id DESC LIMIT 3")
    assert shop.serving() <= before, (shop.serving(), before)
    failed = [r[0] for r in lib.sql(shop.data, "SELECT version FROM model_row WHERE state = 'failed'")]
    assert failed and min(failed) > shop.serving()
    answer = shop.server.post("/api/v1/recommendations", {"product_id": "p4", "n": 1, "preview": True}, key=shop.key)[1]
    assert answer["model_version"] == shop.serving(), answer
    trained = lambda: lib.sql(shop.data, "SELECT count(*) FROM job_row WHERE kind = 'train'")[0][0]
    n = trained()
    shop.move_to(shop.now + 3_600_000)
    assert trained() == n                                   # nothing is learned by itself for a day
    assert "model.rolled_back" in shop.server.log()
