"""The plugin comes and goes: with WooCommerce, without it, and without a trace."""
import shop

PAGES = ("/", "/shop/", "/product/ceai-verde-1/", "/product/lingurita-de-lemn-1/", "/product-category/ceaiuri/", "/cart/", "/?s=ceai&post_type=product",
         "/?s=nimic&post_type=product", "/wp-json/")


def rows_left(site):
    """Whatever in the database has our name."""
    return site.php("""
        global $wpdb;
        $left = $wpdb->get_col("SHOW TABLES LIKE '%vitrine%'");
        $left = array_merge($left, $wpdb->get_col("SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%vitrine%'"));
        $left = array_merge($left, $wpdb->get_col("SELECT meta_key FROM $wpdb->usermeta WHERE meta_key LIKE '%vitrine%'"));
        $left = array_merge($left, $wpdb->get_col("SELECT meta_key FROM $wpdb->postmeta WHERE meta_key LIKE '%vitrine%'"));
        $left = array_merge($left, $wpdb->get_col("SELECT description FROM {$wpdb->prefix}woocommerce_api_keys WHERE description LIKE '%vitrine%'"));
        $left = array_merge($left, $wpdb->get_col("SELECT hook FROM {$wpdb->prefix}actionscheduler_actions WHERE status = 'pending' AND hook LIKE '%vitrine%'"));
        foreach (_get_cron_array() as $hooks) { $left = array_merge($left, array_filter(array_keys((array) $hooks), function ($h) { return false !== strpos($h, 'vitrine'); })); }
        return array_values($left);""")


def test_a_shop_that_is_not_connected_shows_nothing_of_us():
    # given the plugin, active, not connected
    site = shop.fresh()
    # when the shop's pages are seen
    pages = [site.get(path) for path in PAGES]
    # then they are well and none has a word of ours
    assert [page.status for page in pages] == [200] * len(PAGES), [page.status for page in pages]
    assert not [path for path, page in zip(PAGES, pages) if "vitrine" in page.text.lower()]


def test_without_woocommerce_there_is_one_notice_for_the_owner_and_nothing_else():
    # given a site without WooCommerce
    site = shop.fresh(active=False)
    site.deactivate("woocommerce/woocommerce.php")
    # when the plugin is activated
    site.activate()
    # then the site stands, and the owner reads one sentence
    assert site.get("/").status == 200
    page = site.owner().get("/wp-admin/plugins.php")
    assert page.status == 200
    assert page.text.count("WooCommerce") >= 1 and "vitrine" in page.text.lower()
    notices = page.text.split('<div id="wpbody-content">')[1].split('<hr class="wp-header-end">')[0] if "wp-header-end" in page.text else page.text
    assert "notice" in page.text and notices.count("Vitrine needs") <= 1


def test_the_setup_page_opens_for_the_owner_and_for_nobody_else():
    site = shop.fresh()
    # when the owner, then a customer who knows the address, opens it
    owner = site.owner().get("/wp-admin/admin.php?page=vitrine")
    customer = shop.Visitor(site, site.php("return site_cookies(get_user_by('login', 'client1')->ID);")).get("/wp-admin/admin.php?page=vitrine")
    # then only the owner sees the form, and a link leads there from the list of plugins
    assert owner.status == 200 and "/connect/" in owner.text, owner.text[:2000]
    assert customer.status == 403
    assert "admin.php?page=vitrine" in site.owner().get("/wp-admin/plugins.php").text


def test_deactivated_and_deleted_it_leaves_nothing():
    # given a plugin that was in use
    site = shop.fresh()
    site.get("/product/ceai-verde-1/")
    assert rows_left(site), "the plugin keeps something while it is active"
    # when it is deactivated and deleted
    site.deactivate()
    site.php("require_once ABSPATH . 'wp-admin/includes/plugin.php'; uninstall_plugin('vitrine/vitrine.php');", admin=True)
    # then nothing in the database has its name
    assert rows_left(site) == [], rows_left(site)
