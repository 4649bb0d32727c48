"""Over all lists of a page a product is suggested once, in Chromium on the demonstration shop: lists of the page, lists that the shop's server
drew, what comes over the page later, what the visitor saw last, the page's own questions. And no list is shorter for it."""
import json, time
import lib
from test_widget_pages import Visit, WALL, overlay, shown

ASKED = "window.asked = []; { const own = window.fetch; window.fetch = (...w) => { if (String(w[0]).includes('/recommendations')) asked.push(JSON.parse(w[1].body)); return own(...w); }; }"


def visit(path, script="", before=None, **how):
    v = Visit("/shop/static/icon.svg", before=before, **how)
    v.page.call("Page.addScriptToEvaluateOnNewDocument", source=ASKED + script)
    v.page.go(v.url(path))
    v.page.wait("!!window.vitrine?.started", WALL)
    return v


def standing(v, own=""):
    """{slot: [ids]} as a visitor meets them, without the product the page is about."""
    lists = {}
    for slot, ids in v.page.eval("""[...document.querySelectorAll('vitrine-display')].map((d, i) => [d.dataset.slot + ':' + i,
            [...d.shadowRoot.querySelectorAll('li:not([aria-hidden])')].map((li) => li.querySelector('a[href]').pathname.split('/').pop())])"""):
        lists[slot.split(":")[0] if slot.split(":")[0] not in lists else slot] = [i for i in ids if i != own]
    lists["drawn"] = v.page.eval("[...document.querySelectorAll('[data-vitrine-product]')].map((e) => e.dataset.vitrineProduct)")
    return lists


def assert_once(lists):
    all_of_them = [i for ids in lists.values() for i in ids]
    assert len(all_of_them) == len(set(all_of_them)), {i: [s for s, ids in lists.items() if i in ids] for i in all_of_them if all_of_them.count(i) > 1}


def count(n):
    return f".querySelectorAll('li:not([aria-hidden])').length >= {n}"


def test_the_lists_of_each_page_share_no_product_and_are_full():
    for path, full in (("/shop/p/2001", {"bought_together": 2, "upgrade": 1, "also_viewed": 8, "similar": 8}), ("/shop/", {"for_you": 8})):
        v = visit(path)
        for slot, n in full.items():
            v.see(slot, count(n))
        lists = standing(v, "2001")
        assert_once(lists)
        assert {s: len(lists[s]) for s in full} == full, lists
        asked = v.page.eval("asked")
        assert len({json.dumps(q, sort_keys=True) for q in asked}) == 1, asked              # one question for all of them
        assert v.page.layout_shift() == 0 and not v.errors(), (v.page.shifted(), v.errors())
        v.page.close()


def test_a_cart_with_something_over_it_shows_four_and_four_others():
    v = visit("/shop/p/2001")
    v.page.eval("vitrineShop.add([{ product_id: '2002', quantity: 1 }]).then(() => 1)")
    v.page.go(v.url("/shop/cart"))
    v.configure({"placement": "cart", "slot": "cart", "display": "inline", "n": 4, "layout": "carousel", "where": {"page": "cart"}},
                overlay("popup", n=4))
    v.see("cart", count(4))
    v.stands("!!document.querySelector('vitrine-display[data-display=popup]')?.shadowRoot?.querySelector('dialog[open] li')")
    lists = standing(v)
    assert_once(lists)
    assert len(lists["cart"]) == 4 and len(lists["popup"]) == 4 and "2002" not in lists["cart"] + lists["popup"], lists


def test_what_is_bought_together_keeps_its_products_and_the_others_are_filled_up():
    v = visit("/shop/p/2001")
    alone = v.shop.recommend(placement="product", source="cross_sell", product_id="2001", n=3, preview=True)["bundle"]["products"]
    for slot in ("bought_together", "also_viewed", "similar"):
        v.see(slot, count(2))
    together = standing(v, "2001")
    assert together["bought_together"] == [p["product_id"] for p in alone if p["product_id"] != "2001"], (together, alone)


def test_what_the_shops_server_drew_stands_and_the_others_leave_it_out():
    v = Visit("/shop/static/icon.svg")
    answer = v.shop.recommend(placement="similar", product_id="2001", n=8)
    ids = [i["product_id"] for i in answer["items"]]
    v.page.call("Page.addScriptToEvaluateOnNewDocument", source=f"""
        document.addEventListener('DOMContentLoaded', () => {{
            const slot = document.querySelector('[data-vitrine-slot=similar]');
            slot.dataset.vitrineRec = '{answer["rec_id"]}', slot.dataset.vitrinePlacement = 'similar';
            slot.append(...{json.dumps(ids)}.map((id) => Object.assign(document.createElement('a'), {{ href: '/shop/p/' + id, textContent: id }})));
            [...slot.children].forEach((a, i) => (a.dataset.vitrineProduct = {json.dumps(ids)}[i]));
        }});""")
    v.page.go(v.url("/shop/p/2001"))
    for slot, n in (("bought_together", 2), ("also_viewed", 8)):
        v.see(slot, count(n))
    lists = standing(v, "2001")
    assert_once(lists)
    assert lists["drawn"] == ids and len(lists["also_viewed"]) == 8 and "similar" not in lists


def test_what_comes_over_the_page_later_brings_others():
    v = visit("/shop/p/2001")
    inline = [{"placement": name, "slot": slot, "display": "inline", "n": 8, "layout": "carousel", "where": {"page": "product"}}
              for name, slot in (("also_bought", "also_viewed"), ("similar", "similar"))]
    v.configure(*inline, overlay("slide_in", placement="product", layout="list"))
    v.see("similar", count(8))
    v.see("slide_in", count(2))
    lists = standing(v, "2001")
    assert_once(lists)
    assert len(lists["slide_in"]) == 3 and len(lists["also_viewed"]) == 8, lists
    answered = [q for q in v.page.eval("asked") if len(q["lists"]) == 1]
    assert answered and set(lists["also_viewed"] + lists["similar"]) <= set(answered[-1]["exclude"])


def test_a_name_that_stands_twice_in_the_page_is_two_lists():
    twice = """document.addEventListener('DOMContentLoaded', () => {
        const slot = document.querySelector('[data-vitrine-slot=similar]'), more = slot?.cloneNode(true);
        if (slot) slot.after(more); });"""
    v = visit("/shop/p/2001", script=twice)
    v.stands("document.querySelectorAll('vitrine-display[data-slot=similar]').length === 2 && [...document.querySelectorAll('vitrine-display[data-slot=similar]')]"
             ".every((d) => d.shadowRoot.querySelectorAll('li.card:not([aria-hidden])').length === 8)")
    assert_once(standing(v, "2001"))


def test_what_was_seen_last_is_not_suggested_beside_it():
    v = visit("/shop/p/2001")
    popular = [i["product_id"] for i in v.shop.recommend(placement="home", n=6, preview=True)["items"]]
    for product in popular[:3]:
        v.page.go(v.url(f"/shop/p/{product}"))
        v.page.wait(f"(localStorage['vitrine.seen'] || '').includes('\"{product}\"')", WALL)
    v.page.go(v.url("/shop/"))
    v.see("for_you", count(8))
    v.see("recent", count(4))
    lists = standing(v)
    assert lists["recent"] == list(reversed(["2001"] + popular[:3])) and len(lists["for_you"]) == 8, lists
    assert_once({**lists, "drawn": [i for i in lists["drawn"] if i not in lists["recent"]]})        # a history is whole, whatever stands elsewhere


def test_the_pages_own_question_is_free_unless_it_says_once():
    v = visit("/shop/p/2001")
    v.see("similar", count(8))
    lists = standing(v, "2001")
    there = {i for ids in lists.values() for i in ids}
    ask = "vitrine('recommend', { placement: 'similar', product_id: '2001', n: 8%s }).then((a) => a.items.map((i) => i.product_id))"
    free, once = v.page.eval(ask % ""), v.page.eval(ask % ", once: true, exclude: ['2002']")
    assert set(free) & there and len(once) == 8 and not set(once) & (there | {"2002"}), (free, once)
    both = v.page.eval("vitrine('recommend', { product_id: '2001', lists: [{ placement: 'similar', n: 4 }, { placement: 'also_bought', n: 4 }] })"
                       ".then((all) => all.map((a) => a.items.map((i) => i.product_id)))")
    assert [len(ids) for ids in both] == [4, 4] and not set(both[0]) & set(both[1])
