"""A running server takes up what other processes write into its database: a shop connected and one removed by the command line."""
import copy, time
from fake_shop import FakeShop, Invented
from lib import Server, folder, run, run_json, sql, wait_until
from test_api import demo_folder
from test_woocommerce import KEY, SECRET, count


def connected(shop, data):
    """Connect the shop without copying it; its secret key."""
    return run_json("connect", "woocommerce", shop.url, "--key", KEY, "--secret", SECRET, "--data", data, "--no-sync", "--name", "late")["secret"]


def test_a_shop_connected_by_the_command_line_is_copied_learned_and_served():
    data, shop = folder(), FakeShop(Invented(40, 3, "11.0.1")).start()
    server = Server(data)
    try:
        key = connected(shop, data)
        ask = lambda: server.get("/api/v1/recommendations?n=3", key=key)
        wait_until(lambda: ask()[0] == 200)
        wait_until(lambda: ask()[1]["model_version"] >= 1)
        assert len(ask()[1]["items"]) == 3 and count(data, "order_row") == 80
        wait_until(lambda: sql(data, "SELECT kind, state FROM job_row ORDER BY job_id") == [("sync", "done"), ("train", "done")])
        run("stores", "remove", "late", "--yes", "--data", data)
        wait_until(lambda: ask()[0] == 401)
        wait_until(lambda: "vitrine_shops_loaded 0\n" in server.get("/metrics")[1])     # nothing of it stays in memory
        assert server.stop() == 0
    finally:
        shop.stop()


def test_a_sale_that_a_sync_of_the_running_server_finds_is_seen_in_the_answers():
    data, shop = folder(), FakeShop(Invented(40, 3, "11.0.1")).start()
    try:
        key = connected(shop, data)
        run("sync", "--data", data)
        server = Server(data)
        ask = lambda: {i["product_id"] for i in server.get("/api/v1/recommendations?n=50", key=key)[1]["items"]}
        sold = sorted(p for p in ask() if shop.rows["products"][int(p)]["type"] == "simple")[:2]
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 1))
        with shop.lock:
            for p in sold:
                shop.rows["products"][int(p)].update(manage_stock=True, stock_quantity=0, stock_status="outofstock", date_modified=now, date_modified_gmt=now)
            order = copy.deepcopy(max(shop.rows["orders"].values(), key=lambda o: o["id"]))
            order.update(id=order["id"] + 7, refunds=[], date_modified=now, date_modified_gmt=now, date_created=now, date_created_gmt=now)
            shop.rows["orders"][order["id"]] = order
        assert server.post("/api/v1/store/sync", {}, key=key)[0] in (200, 202)
        wait_until(lambda: not ask() & set(sold))
        wait_until(lambda: count(data, "order_row", f"order_id = '{order['id']}'") == 1)
        assert server.stop() == 0
    finally:
        shop.stop()


def test_settings_changed_by_the_command_line_are_followed():
    data = demo_folder()
    server = Server(data)
    key = run_json("stores", "keys", "demo", "rotate", "secret", "--data", data)["secret"]
    product = sql(data, "SELECT product_id FROM order_line_row WHERE kind = 'item' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")[0][0]
    ask = lambda: server.get(f"/api/v1/recommendations?product_id={product}", key=key)
    discount = lambda: (lambda b: round(b["savings"] / b["normal_price"], 2))(ask()[1]["bundle"])
    wait_until(lambda: ask()[0] == 200)
    assert discount() == 0.04
    run("stores", "settings", "demo", "bundle_discount=10", "--data", data)
    wait_until(lambda: discount() == 0.10)
    assert server.stop() == 0
