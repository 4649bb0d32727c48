"""An owner connects his shop to the real server by one line, sees it copied, and lets go again."""
import lib, joined, shop
from test_install import rows_left


def server_and_code():
    data = lib.folder()
    server = lib.Server(data)
    return server, data, joined.code(server, data)


def test_one_line_connects_copies_the_shop_and_suggests():
    # given a shop with the plugin, and a server that knows no shop
    site = shop.fresh()
    server, data, line = server_and_code()
    # when the owner pastes the line
    said = joined.connect(site, line)
    # then the shop is copied, learned, and answers
    assert "Connected" in said, said
    joined.settle(site, server)
    counts = joined.status(site, server)["counts"]
    assert (counts["product"], counts["order"], counts["coupon"]) == (36, 90, 1), counts        # 24 products and 12 variations
    answer = server.post("/api/v1/recommendations", {"placement": "home", "n": 4}, key=joined.options(site)["secret_key"])[1]
    assert len(answer["items"]) == 4 and all(item["url"].startswith(site.url) for item in answer["items"]), answer
    # and the page says so, its test finds nothing wrong, and webhooks are there
    page = site.submit("/wp-admin/admin.php?page=vitrine", "vitrine_test", {}).text
    assert "The server answers" in page and "Its key to this shop is there" in page and "It suggests" in page, page
    hooks = site.php("global $wpdb; return $wpdb->get_results(\"SELECT topic, status, delivery_url FROM {$wpdb->prefix}wc_webhooks\");")
    assert {hook["topic"] for hook in hooks} >= {"order.created", "product.updated"} and all(f":{server.port}/" in hook["delivery_url"] for hook in hooks)


def test_what_changes_in_the_shop_arrives_by_its_webhooks():
    pair = joined.joined()
    # when a product is renamed and the background has worked
    product = pair.site.php("$p = wc_get_product(wc_get_product_id_by_sku('P-0-0')); $p->set_name('Ceai nou'); $p->save(); return $p->get_id();", admin=True)
    assert pair.site.work() >= 1
    # then the server knows
    lib.wait_until(lambda: pair.sql("SELECT 1 FROM product_row WHERE product_id = ? AND name = 'Ceai nou'", str(product)), 30)


def test_a_wrong_code_changes_nothing_and_says_what_to_do():
    site = shop.fresh()
    server, data, line = server_and_code()
    for wrong, why in ((line[:-9] + "AAAA-AAAA", "code"), ("hello", "This is not the line Vitrine prints"), ("http://127.0.0.1:9/connect/ABCD-EFGH-JKMN", "127.0.0.1")):
        said = joined.connect(site, wrong)
        assert why in said and "Connected" not in said, (wrong, said)
        assert not joined.options(site).get("server") and site.php("global $wpdb; return (int) $wpdb->get_var(\"SELECT COUNT(*) FROM {$wpdb->prefix}woocommerce_api_keys\");") == 0
    # the right one still works, once
    assert "Connected" in joined.connect(site, line)
    joined.settle(site, server)
    again = shop.fresh()
    assert "Connected" not in joined.connect(again, line)


def test_disconnecting_takes_keys_and_webhooks_away_and_what_was_learned_stays():
    pair = joined.joined()
    products = pair.sql("SELECT count(*) FROM product_row WHERE store_id = ?", pair.store)
    said = joined.told(pair.site.submit("/wp-admin/admin.php?page=vitrine", "vitrine_disconnect", {}))
    assert "Disconnected." in said, said
    left = pair.site.php("global $wpdb; return [(int) $wpdb->get_var(\"SELECT COUNT(*) FROM {$wpdb->prefix}woocommerce_api_keys\"), (int) $wpdb->get_var(\"SELECT COUNT(*) FROM {$wpdb->prefix}wc_webhooks\")];")
    assert left == [0, 0], left
    assert pair.server.get("/api/v1/store", key=pair.key)[0] == 401
    assert pair.sql("SELECT count(*) FROM product_row WHERE store_id = ?", pair.store) == products
    # and connecting again finds the same store
    assert "Connected" in joined.connect(pair.site, joined.code(pair.server, pair.data))
    assert joined.options(pair.site)["store_id"] == pair.store


def test_deleted_while_connected_it_tells_the_server_and_leaves_nothing():
    pair = joined.joined()
    pair.site.deactivate()
    pair.site.php("require_once ABSPATH . 'wp-admin/includes/plugin.php'; uninstall_plugin('vitrine/vitrine.php');", admin=True)
    assert rows_left(pair.site) == [], rows_left(pair.site)
    assert pair.server.get("/api/v1/store", key=pair.key)[0] == 401
