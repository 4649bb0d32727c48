"""What the plugin costs a page is counted, not timed: statements, requests and files of its own (bench/plugin_pages has the milliseconds)."""
import json
import shop
from ear import Ear
from shop import connected_to
from test_offers import add, ids, offer, visitor_of
from test_places import checkout

PLAIN = ("/", "/shop/", "/product/ceai-verde-1/", "/product/lingurita-de-lemn-1/", "/product-category/ceaiuri/", "/?s=ceai&post_type=product",
         "/?s=nimic&post_type=product", "/nowhere/", "/my-account/", "/cart/", "/feed/", "/wp-json/wc/store/v1/cart")
ALL = 4                 # vitrine.php, the whole, the table of hooks, the settings; template-tags.php besides
PAGE = ALL + 1 + 3      # the page, its placements, and one that the page's kind asks for
CHANGE = ALL + 1 + 7    # carts, visitor, checkout's names, offers' encoding, queue, table, the late work


def cost(site, load):
    """The meter's line of one request."""
    before = len(site.hook_times())
    answer = load()
    rows = shop.lib.wait_until(lambda: site.hook_times()[before:], 30)
    assert answer.status in (200, 201, 404), answer.text[:300]
    return rows[-1]


def customer(site):
    return shop.Visitor(site, {"vitrine_visitor": "visitor-0002", **site.php("return site_cookies(get_user_by('login', 'client1')->ID);")})


def check_plain(row, files):
    assert row["queries"] == [] and row["late"] == [] and row["http"] == [], row
    assert len(row["files"]) <= files, (row["uri"], row["files"])


def test_a_page_asks_the_database_and_the_server_nothing_for_us():
    # given a guest without a cart and a customer with one, in both kinds of themes
    site = connected_to()
    tea, = ids(site, "P-0-0")
    for theme in ("classic-shop", "block-shop"):
        site.theme(theme)
        buyer = customer(site)
        buyer.post("/?wc-ajax=add_to_cart", {"product_id": tea, "quantity": 1})
        # when they walk through the shop, then nothing of ours is asked, and few of our files are read
        for visitor in (visitor_of(site), buyer):
            for path in PLAIN:
                check_plain(cost(site, lambda: visitor.get(path)), PAGE)


def test_in_a_shop_that_is_not_connected_a_page_reads_hardly_more_than_its_settings():
    site = shop.fresh()
    for path in ("/", "/shop/", "/product/ceai-verde-1/"):
        check_plain(cost(site, lambda: site.get(path)), ALL + 2)


def test_the_server_that_is_gone_or_hangs_is_asked_by_no_page():
    ear = Ear("hang", 3.0)
    site = connected_to(ear.url)
    visitor = visitor_of(site)
    tea, = ids(site, "P-0-0")
    loads = [lambda path=path: visitor.get(path) for path in PLAIN] + [lambda: add(visitor, [tea]), lambda: visitor.get("/checkout/")]
    assert not [row for row in (cost(site, load) for load in loads) if row["http"]] and ear.requests == []


def test_suggestions_drawn_by_the_shop_wait_once_for_a_server_that_is_gone_and_then_ask_nothing():
    site = connected_to()
    site.php("Vitrine_Options::set(['server_render' => true]);")
    asked = [len(cost(site, lambda: site.get("/product/ceai-verde-1/"))["http"]) for _ in range(3)]
    assert asked == [1, 0, 0], asked
    # and after three failures the pause itself is known without a query
    site.php("update_option('vitrine_failures', array(3, time() + 60), true); delete_transient('vitrine_config_en');")
    row = cost(site, lambda: site.get("/product/ceai-verde-1/"))
    assert row["http"] == [] and not [sql for sql in row["queries"] if "vitrine_failures" in sql], row["queries"]


def test_what_is_put_into_the_cart_is_written_in_two_statements_when_the_answer_is_out():
    site = connected_to()
    tea, pot = ids(site, "P-0-0", "P-0-1")
    visitor = visitor_of(site)
    visitor.post("/?wc-ajax=add_to_cart", {"product_id": tea, "quantity": 1})           # plans the job that sends
    row = cost(site, lambda: visitor.post("/?wc-ajax=add_to_cart", {"product_id": pot, "quantity": 1}))
    assert row["queries"] == [] and row["http"] == [] and len(row["late"]) == 2, row
    assert len(row["files"]) <= CHANGE, row["files"]
    nonce = visitor.get("/wp-json/wc/store/v1/cart").headers.get("nonce", "")
    row = cost(site, lambda: visitor.post_json("/wp-json/wc/store/v1/cart/add-item", {"id": pot, "quantity": 1}, {"Nonce": nonce}))
    assert row["queries"] == [] and row["http"] == [] and len(row["late"]) == 2, row


def test_the_answer_is_out_and_the_session_saved_before_we_write():
    # given a PHP that can say that its answer is whole, as FastCGI does
    site = connected_to()
    finish = site.root / "wp-content" / "mu-plugins" / "finish.php"
    finish.write_text("""<?php
        function fastcgi_finish_request() {
            global $wpdb;
            $session = WC()->session->get_session( WC()->session->get_customer_id(), array() );
            update_option( 'site_finished', array( (int) $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->prefix}vitrine_queue" ), isset( $session['vitrine_cart'] ) ) );
        }""")
    try:
        # when something is put into the cart
        tea, = ids(site, "P-0-0")
        visitor_of(site).post("/?wc-ajax=add_to_cart", {"product_id": tea, "quantity": 1})
        # then nothing was written for the server when the answer was let go, but the session was; and afterwards the message waits
        finished, waiting = site.php("return array(get_option('site_finished'), Vitrine_Queue::status()['waiting']);")
        assert finished == [0, True] and waiting == 1, (finished, waiting)
    finally:
        finish.unlink()


def test_the_first_look_at_a_checkout_has_its_letter_fetched_afterwards_and_the_second_does_nothing():
    site = connected_to()
    visitor = visitor_of(site)
    add(visitor, ids(site, "P-0-0"))
    first, second = (cost(site, lambda: visitor.get("/checkout/")) for _ in range(2))
    assert first["queries"] == [] and 1 <= len(first["late"]) <= 8, first
    check_plain(second, PAGE + 3)
    planned = site.php("global $wpdb; return (int) $wpdb->get_var(\"SELECT COUNT(*) FROM {$wpdb->prefix}actionscheduler_actions WHERE hook = 'vitrine_letter'\");")
    assert planned == 1, planned
    # another cart has another letter
    add(visitor, ids(site, "P-0-1"))
    assert cost(site, lambda: visitor.get("/checkout/"))["late"]


def test_what_happens_at_the_very_end_is_told_all_the_same():
    # given a plugin that changes stock after everybody else is done
    site = connected_to()
    tea, = ids(site, "P-0-0")
    last = site.root / "wp-content" / "mu-plugins" / "last.php"
    last.write_text(f"<?php isset($_GET['late']) && add_action('shutdown', function () {{ wc_update_product_stock({tea}, 7); }}, 5000);")
    try:
        # when a page is opened on which nothing else happens
        site.get("/shop/?late=1")
        # then the server will hear of it
        told = site.php("global $wpdb; return $wpdb->get_col(\"SELECT body FROM {$wpdb->prefix}vitrine_queue\");")
        assert [json.loads(body)["stock_quantity"] for body in told] == [7], told
    finally:
        last.unlink()


def test_an_offer_in_the_cart_costs_one_question_whether_it_is_used_up():
    site = connected_to()
    tea, = ids(site, "P-0-0")
    visitor = visitor_of(site)
    add(visitor, [tea], offer([tea]))
    for path in ("/shop/", "/cart/"):
        row = cost(site, lambda: visitor.get(path))
        assert len(row["queries"]) == 1 and "vitrine_offer" in row["queries"][0] and row["late"] == [], row


def test_the_page_that_thanks_reads_its_order_once():
    site = connected_to()
    visitor = visitor_of(site)
    add(visitor, ids(site, "P-0-0"))
    thanks = checkout(site, visitor)
    row = cost(site, lambda: visitor.get(thanks))
    check_plain(row, PAGE + 2)          # WooCommerce empties the cart here
