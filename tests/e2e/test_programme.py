"""The weekly programme from proposal to letter: weeks pass on a virtual clock, visitors come, what they buy is planted."""
import contextlib, json, sqlite3, signal, time
import lib
from fake_smtp import FakeSmtp
from test_api import Shop, demo_folder
from test_clock import CLOCK, next_midnight

DAY = 86_400_000
VISITORS = 600
EVEN = [{"key": "control", "share": 0.5}, {"key": "two", "share": 0.5, "settings": {"n": 2, "display": "banner"}}]


class Weeks(Shop):
    """The demonstration shop on a virtual clock, with an owner and a mail server."""

    def __init__(self, **settings):
        self.data = demo_folder()
        keys = json.loads((self.data / "demo-keys.json").read_text())
        self.public, self.secret, self.store = keys["public_key"], keys["secret_key"], keys["store_id"]
        self.mail, self.now = FakeSmtp(), next_midnight()
        settings = {"owner_email": "owner@shop.example", "holdout_percent": 0, **settings}
        lib.run("stores", "settings", self.store, *(f"{k}={v}" for k, v in settings.items()), "--data", self.data)
        self.start()

    def start(self):
        env = lib.environment(VITRINE_SMTP_URL=self.mail.url, VITRINE_MAIL_FROM="vitrine@shop.example")
        self.server = lib.Server(self.data, "--clock", f"virtual:{self.now}", env=env)

    def pass_by(self, ms):
        """A job still under way now would keep the next of its kind from being asked for: this clock has no later minute."""
        lib.wait_until(self.rests)
        self.now += ms
        status, answer = self.server.post(CLOCK, {"now_ms": self.now}, key=self.secret)
        assert status == 200, answer

    def rests(self):
        return not self.rows("SELECT 1 FROM job_row WHERE state = 'running' OR (state = 'queued' AND due_ms <= ?)", self.now)

    def visitors_come(self):
        """Arm of each by the only experiment that runs; None outside of one."""
        answers = [self.recommend(placement="home", visitor_id=f"v-{i}") for i in range(VISITORS)]
        searched = {"type": "search", "query": "x", "visitor_id": "v-0"}      # nightly jobs are for stores in which visitors do something
        assert self.server.post("/api/v1/events/track", searched, key=self.public)[0] == 200
        return [next(iter(a.get("arms", {}).values()), None) for a in answers]

    def buy(self, who):
        """Orders of these visitors, as a copy of the shop would bring them."""
        with contextlib.closing(sqlite3.connect(self.data / "vitrine.db", timeout=30)) as db:
            rows = [(self.store, f"planted-{self.now}-{i}", f"v-{i}", "completed", 10_000 + i, self.now + 1) for i in who]
            db.executemany("INSERT INTO order_row (store_id, order_id, visitor_id, status, total, created_ms) VALUES (?,?,?,?,?,?)", rows)
            db.commit()

    def rows(self, statement, *values):
        return lib.sql(self.data, statement, *values)

    def experiments(self):
        return self.rows("SELECT experiment_id, state, author, winner, placement FROM experiment_row ORDER BY experiment_id")


def test_the_programme_proposes_runs_a_week_keeps_the_winner_and_tells_the_owner_once():
    shop = Weeks()
    shop.visitors_come()
    shop.pass_by(DAY)
    lib.wait_until(lambda: shop.experiments() == [(1, "running", "programme", "", "home")])
    lib.wait_until(lambda: "arms" in shop.recommend(placement="home", visitor_id="v-0"))
    arms = shop.visitors_come()
    assert set(arms) == {"control", "a", "b", "c"}
    shop.buy(i for i, arm in enumerate(arms) if i % 3 == 0 or (arm == "a" and i % 5))
    shop.pass_by(6 * DAY)
    lib.wait_until(lambda: len(shop.rows("SELECT 1 FROM experiment_day_row")) >= 1)
    assert shop.experiments()[0][1] == "running" and not shop.mail.messages      # clear, but a week has not passed
    shop.pass_by(DAY)
    lib.wait_until(lambda: shop.experiments()[0][1] != "running")
    assert shop.experiments()[0][:4] == (1, "won", "programme", "a"), shop.rows("SELECT verdict FROM experiment_row")
    assert shop.rows("SELECT placement, settings FROM placement_row") == [("home", '{"n":3,"display":"popup"}')]
    lib.wait_until(lambda: shop.recommend(placement="home", preview=True).get("display") == "popup")
    assert len(shop.recommend(placement="home", preview=True)["items"]) == 3
    letter, = lib.wait_until(lambda: shop.mail.messages)
    assert letter["To"] == "owner@shop.example" and "a câștigat testul" in letter["Subject"], letter["Subject"]
    text = letter.get_body(("plain",)).get_content()
    assert "3 produse, fereastră pop-up" in text and "lei" in text and "<table" in letter.get_body(("html",)).get_content()
    for _ in range(3):
        shop.pass_by(DAY)
        time.sleep(0.1)
    lib.wait_until(lambda: shop.rows("SELECT count(*) FROM job_row WHERE state IN ('queued','running')") == [(0,)])
    assert len([m for m in shop.mail.messages if m["Subject"] == letter["Subject"]]) == 1
    days = shop.server.get("/api/v1/experiments/1/days", key=shop.secret)[1]["days"]
    assert days[-1]["figures"]["verdict"] == "won" and len(days[-1]["figures"]["arms"]) == 4
    lib.run("experiments", "rollback", shop.store, 1, "--data", shop.data)
    lib.wait_until(lambda: "display" not in shop.recommend(placement="home", preview=True))
    assert "won by a" in lib.run("experiments", "list", shop.store, "--data", shop.data).stdout


def ended_experiment(shop):
    """An experiment of the owner's own, a week old, with clear outcomes, that nobody has looked at yet."""
    body = {"name": "a trial", "placement": "home", "variants": EVEN, "plan": {"activate": True, "metric": "conversion"}}
    assert shop.server.post("/api/v1/experiments", body, key=shop.secret)[0] == 201
    assert shop.server.post("/api/v1/experiments/1/start", {}, key=shop.secret)[0] == 200
    arms = shop.visitors_come()
    shop.buy(i for i, arm in enumerate(arms) if i % 5 == 0 or (arm == "two" and i % 3))


def test_killed_in_the_middle_an_experiment_ends_once_and_one_letter_is_written():
    shop = Weeks(auto_experiments="off")
    ended_experiment(shop)
    jobs = "SELECT count(*) FROM job_row WHERE kind = 'experiments' AND state IN ('queued', 'running')"
    shop.pass_by(7 * DAY)
    for pause in (0.0, 0.02, 0.05):
        lib.wait_until(lambda: shop.rows(jobs) == [(1,)] or shop.experiments()[0][1] != "running", pause=0.002)
        time.sleep(pause)
        shop.server.stop(signal.SIGKILL)
        changed, state = shop.rows("SELECT count(*) FROM placement_change_row")[0][0], shop.experiments()[0][1]
        letters = shop.rows("SELECT count(*) FROM letter_row")[0][0]
        assert (changed, letters) == ((1, 1) if state == "won" else (0, 0)), (state, changed, letters)
        shop.now += 120_000                                 # the dead one's lease is over
        shop.start()
    lib.wait_until(lambda: shop.experiments()[0][1] == "won")
    lib.wait_until(lambda: shop.rows("SELECT state FROM letter_row") == [("sent",)])
    assert shop.rows("SELECT settings FROM placement_row") == [('{"n":2,"display":"banner"}',)]
    assert shop.rows("SELECT count(*) FROM placement_change_row") == [(1,)]
    assert len({m["Message-ID"] for m in shop.mail.messages}) == 1, shop.mail.messages


def test_a_mail_server_out_of_order_loses_no_letter():
    shop = Weeks(auto_experiments="off")
    shop.mail.works = False
    ended_experiment(shop)
    shop.pass_by(7 * DAY)
    lib.wait_until(lambda: shop.rows("SELECT state, attempts FROM letter_row") == [("waiting", 1)])
    failed = lib.run("mail", "test", shop.store, "--data", shop.data, ok=False,
                     env=lib.environment(VITRINE_SMTP_URL=shop.mail.url, VITRINE_MAIL_FROM="vitrine@shop.example"))
    assert "mail" in failed.stderr and not shop.mail.messages, failed.stderr
    shop.mail.works = True
    shop.pass_by(2 * 60_000)
    lib.wait_until(lambda: shop.rows("SELECT state FROM letter_row") == [("sent",)])
    assert len(shop.mail.messages) == 1
