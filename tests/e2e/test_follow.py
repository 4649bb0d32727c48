"""A running server takes up what other processes write into its database: a shop connected and one removed by the command line."""
from fake_shop import FakeShop, Invented
from lib import Server, folder, run, run_json, sql, wait_until
from test_api import demo_folder
from test_woocommerce import KEY, SECRET, count


def test_a_shop_connected_by_the_command_line_is_copied_learned_and_served():
    data, shop = folder(), FakeShop(Invented(40, 3, "11.0.1")).start()
    server = Server(data)
    try:
        made = run_json("connect", "woocommerce", shop.url, "--key", KEY, "--secret", SECRET, "--data", data, "--no-sync", "--name", "late")
        ask = lambda: server.get("/api/v1/recommendations?n=3", key=made["secret"])
        wait_until(lambda: ask()[0] == 200)
        wait_until(lambda: ask()[1]["model_version"] >= 1)
        assert len(ask()[1]["items"]) == 3 and count(data, "order_row") == 80
        wait_until(lambda: sql(data, "SELECT kind, state FROM job_row ORDER BY job_id") == [("sync", "done"), ("train", "done")])
        run("stores", "remove", "late", "--yes", "--data", data)
        wait_until(lambda: ask()[0] == 401)
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
