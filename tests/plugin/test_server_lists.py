"""Lists that the shop's server draws and lists of the widget on one page: no product stands in two of them, and each is full."""
import json, re
import chrome, lib
from joined import joined
from test_offers import ids
from test_shopping import look, path

NAMES = """(() => {
    const found = {}, put = (slot, e) => (found[slot] ??= []).push(e.textContent.trim());
    for (const d of document.querySelectorAll('vitrine-display'))
        for (const e of d.shadowRoot.querySelectorAll('li:not([aria-hidden]) .name')) put(d.dataset.slot, e);
    for (const s of document.querySelectorAll('[data-vitrine-rec]'))
        for (const e of s.querySelectorAll('[data-vitrine-product] .vitrine-name')) put('server:' + s.dataset.vitrineSlot, e);
    return found; })()"""


def draws(pair, slots):
    """The shop draws lists itself, but those that only some visitors see."""
    pair.site.php("Vitrine_Options::set(['server_render' => true]);")
    design = {"slots": {slot: {"audience": {"visitor": "new"}} for slot in slots}}
    for method, address, body in (("PUT", "draft", design), ("POST", "publish", {})):
        headers = {"Content-Type": "application/json", **lib.bearer(pair.key)}
        status, _, said = pair.server.request(method, f"/api/v1/widget/{address}", json.dumps(body), headers)
        assert status == 200, said


def test_a_page_of_both_kinds_of_lists_shows_no_product_twice_and_what_is_bought_together_first():
    pair = joined()
    tea, = ids(pair.site, "P-0-0")
    alone = [p["name"] for p in pair.recommend(placement="product", source="cross_sell", product_id=str(tea), n=3)["bundle"]["products"]]
    draws(pair, ["also_viewed"])
    page = chrome.open(path(pair, "P-0-0"), height=420, still=True)          # lists begin below what is seen: nothing moves for them
    for slot in ("bought_together", "also_viewed"):
        look(page, slot)
    lists = page.eval(NAMES)
    own, *together = lists["bought_together"]
    everything = [own] + together + [name for slot, names in lists.items() if slot != "bought_together" for name in names]
    assert own == "Ceai verde 1" and len(everything) == len(set(everything)), lists
    assert [own] + together == alone, (lists, alone)
    assert len(lists["server:similar"]) == 8 and len(lists["also_viewed"]) == 8, lists
    assert not [e for e in page.errors if "status of 404" not in e], page.errors
    page.close()


def test_all_lists_that_the_shop_draws_on_a_page_are_one_question_and_share_no_product():
    pair = joined()
    draws(pair, [])
    logged = lambda: [row[0] for row in pair.sql("SELECT placement FROM exposure_row WHERE store_id = ?", pair.store)]
    before = len(logged())
    page = pair.site.get("/product/ceai-verde-1/").text
    drawn = re.findall(r'data-vitrine-product="(\d+)"', page)
    assert len(drawn) >= 16 and len(drawn) == len(set(drawn)), drawn
    lib.wait_until(lambda: len(logged()) >= before + 2)
    assert "product" not in logged()[before:]               # what is bought together was only kept free: the widget asks for it
    pair.site.php("""wp_insert_post(['post_type' => 'page', 'post_status' => 'publish', 'post_name' => 'mine', 'post_title' => 'Mine',
        'post_content' => '[vitrine placement="for_you"] <!-- wp:vitrine/placement {"placement":"for_you"} /--> [vitrine placement="trending"]']);""", admin=True)
    page = pair.site.get("/mine/").text
    drawn = re.findall(r'data-vitrine-product="(\d+)"', page)
    assert page.count('data-vitrine-slot="for_you" data-vitrine-rec') == 2 and len(drawn) >= 16 and len(drawn) == len(set(drawn)), drawn
