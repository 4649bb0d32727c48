"""vitrine import: counts, bad lines, the same file twice, and kill -9 in the middle again and again."""
import gzip, random, sqlite3, time
from lib import folder, run, run_json, shared, spawn, sql, wait_until, BINARY
from test_api import Shop

KILLS = 20


def rows(data):
    """Every row the import wrote, without what tells when it was written."""
    with sqlite3.connect(data / "vitrine.db") as db:
        tables = ("product_row", "order_row", "order_line_row", "customer_row")
        return {t: db.execute(f"select * from {t} order by 1, 2, 3").fetchall() for t in tables}


def write_orders(path, orders=4000, seed=1):
    """A gzip file of orders with lines dealt over the file and three bad ones; returns how many lines are good."""
    r, lines = random.Random(seed), []
    for o in range(orders):
        for _ in range(1 + r.randrange(6)):
            item = r.randrange(300)
            lines.append(f'{o},2025-{1 + o % 12:02d}-{1 + o % 28:02d} 12:00:00,c{o % 500},p{item},"Item ""{item}"", new",{1 + r.randrange(3)},{5 + item}.50')
    good = len(lines)
    lines += ["x,never,c1,p1,Late,1,5", ",2025-01-01,c1,p1,No order,1,5", "9,2025-01-01,c1,p1,Dear,1,dear"]
    r.shuffle(lines)
    with gzip.open(path, "wt") as f:
        f.write("order,date,customer id,product id,product name,qty,unit price\n" + "\n".join(lines) + "\n")
    return good


def test_counts_lines_and_says_which_are_bad():
    data, path = folder(), folder() / "orders.csv.gz"
    good = write_orders(path)
    report = run_json("import", "orders", path, "--store", "shop", "--no-train", "--data", data)
    assert report["secret"].startswith("vsk_1_") and report["public"].startswith("vpk_1_"), report
    assert report["taken"] == good and report["bad"] == 3 and len(report["errors"]) == 3, report
    assert report["orders"] == 4000 and report["order_lines"] == good, report
    assert any("never" in e["reason"] for e in report["errors"]), report
    before = rows(data)
    assert len(before["order_line_row"]) == good
    run("import", "orders", path, "--store", "shop", "--no-train", "--data", data)
    assert rows(data) == before
    refused = run("import", "orders", path, "--store", "shop", "--no-train", "--strict", "--data", data, ok=False)
    assert "line " in refused.stderr, refused.stderr


def test_says_what_a_file_lacks():
    data, path = folder(), folder() / "a.csv"
    path.write_text("a,b\n1,2\n")
    refused = run("import", "orders", path, "--store", "shop", "--data", data, ok=False)
    assert "--map" in refused.stderr, refused.stderr
    run("import", "shoes", path, "--data", data, ok=False)
    run("import", "orders", folder() / "nothing.csv", "--data", data, ok=False)


def test_killed_in_the_middle_and_started_again_gives_the_same():
    path, whole, broken = folder() / "orders.csv.gz", folder(), folder()
    write_orders(path, orders=4000)
    started = time.monotonic()
    run("import", "orders", path, "--store", "shop", "--no-train", "--data", whole)
    seconds = time.monotonic() - started
    r = random.Random(7)
    for _ in range(KILLS):
        process = spawn([BINARY, "import", "orders", path, "--store", "shop", "--no-train", "--data", broken])
        time.sleep(r.random() * seconds)
        process.kill()
        process.wait()
    run("import", "orders", path, "--store", "shop", "--no-train", "--data", broken)
    assert rows(broken) == rows(whole)


def test_takes_the_whole_of_online_retail():
    path, data = shared("data/online_retail/online_retail.csv.gz"), folder()
    report = run_json("import", "orders", path, "--store", "retail", "--preset", "online-retail", "--no-train", "--data", data, timeout=600)
    assert report["lines"] == 541909 and report["bad"] == 0, report
    assert report["taken"] + report["skipped"] == 541909 and report["products"] > 3800 and report["customers"] > 4300, report


def test_an_imported_order_is_followed_back_to_the_click_that_led_to_it():
    shop, path = Shop(), folder() / "orders.csv"
    answer = shop.recommend(n=3, visitor_id="v-file")
    item = answer["items"][1]
    say = lambda **event: shop.server.post("/api/v1/events/track", {"visitor_id": "v-file", **event}, key=shop.secret)[0]
    wait_until(lambda: sql(shop.data, "SELECT 1 FROM exposure_row WHERE rec_id = ?", answer["rec_id"]))
    assert say(type="click", product_id=item["product_id"], rec_id=answer["rec_id"], position=2) == 200
    assert say(type="purchase", order_id="file-1", value=item["price"]) == 200
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))       # after the click
    path.write_text(f"order,date,product id,qty,price\nfile-1,{when},{item['product_id']},1,{item['price']}\n")
    run("import", "orders", path, "--store", "demo", "--no-train", "--data", shop.data)
    assert sql(shop.data, "SELECT order_id, rec_id FROM attribution_row WHERE order_id = 'file-1'") == [("file-1", answer["rec_id"])]
