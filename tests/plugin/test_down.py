"""The server is away, slow or mad: the shop is as it was, and no page waits."""
import time
import shop
from ear import Ear
from shop import DEAD, connected_to
from test_install import PAGES
from test_offers import add, ids, visitor_of
from test_places import checkout


def walk(site):
    """Every page, an addition and an order."""
    visitor = visitor_of(site)
    for path in PAGES:
        answer = visitor.get(path)
        assert answer.status == 200, (path, answer.status)
    assert add(visitor, ids(site, "P-0-0")).json()["count"] == 1
    assert visitor.get(checkout(site, visitor)).status == 200


def test_a_shop_whose_server_is_gone_sells_as_before():
    site = connected_to(DEAD)
    walk(site)
    site.work()
    owner = site.owner().get("/wp-admin/admin.php?page=vitrine")
    assert owner.status == 200 and "does not answer" in owner.text


def test_no_page_asks_the_server_unless_it_draws_suggestions_itself():
    ear = Ear("hang", 3.0)
    site = connected_to(ear.url)
    walk(site)
    assert ear.requests == [], ear.requests                      # whoever asks nobody waits for nobody


def test_a_server_that_hangs_costs_few_pages_a_moment_and_then_none():
    ear = Ear("hang", 3.0)
    site = connected_to(ear.url)
    site.php("Vitrine_Options::set(['server_render' => true]);")
    visitor, times = shop.Visitor(site), []
    for _ in range(6):
        start = time.monotonic()
        assert visitor.get("/product/ceai-verde-1/").status == 200
        times.append(time.monotonic() - start)
    print("# seconds of six pages with a hanging server:", " ".join(f"{t:.2f}" for t in times), flush=True)
    assert 1 <= len(ear.requests) <= 4, ear.requests             # three failures, then a minute of peace


def test_a_server_that_answers_nonsense_is_as_good_as_none():
    for mood in ("error500", "html"):
        ear = Ear(mood)
        site = connected_to(ear.url)
        site.php("Vitrine_Options::set(['server_render' => true]);")
        walk(site)
        site.work()
        assert site.owner().get("/wp-admin/admin.php?page=vitrine").status == 200


def test_a_letter_goes_out_although_the_server_is_gone():
    site = connected_to(DEAD)
    visitor = visitor_of(site)
    add(visitor, ids(site, "P-0-0"))
    checkout(site, visitor)
    assert {mail["to"] for mail in site.mails()} == {"admin@shop.example", "ana@shop.example"}, site.mails()


def test_without_its_tables_the_shop_sells_all_the_same():
    site = connected_to(DEAD)
    site.php("global $wpdb; foreach (['queue', 'cart', 'offer'] as $t) { $wpdb->query(\"DROP TABLE {$wpdb->prefix}vitrine_$t\"); }")
    walk(site)
