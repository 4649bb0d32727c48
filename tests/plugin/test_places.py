"""Where suggestions stand: on each page of classic and of block themes, once, where the owner puts them, and harmless whatever products are called."""
import json, re
import chrome, shop
from shop import connected_to

CLASSIC = {"/product/ceai-verde-1/": ["bought_together", "upgrade", "also_viewed", "similar"], "/cart/": ["cart"], "/product-category/ceaiuri/": ["category"],
           "/?s=nimicnimic&post_type=product": ["search_empty"]}
HOSTILE = "</script><img src=x onerror=alert(1)>\"'`&<b>${7*7}{{7*7}}"


def slots(page):
    return re.findall(r'data-vitrine-slot="([a-z_]+)"', page.text)


def facts(page):
    return json.loads(re.search(r'<script type="application/json" data-vitrine>(.*?)</script>', page.text, re.S).group(1))


ADDRESS = {"first_name": "Ana", "last_name": "Pop", "address_1": "Strada Nouă 5", "city": "București", "state": "B", "postcode": "010101", "country": "RO",
           "phone": "0700000000"}


def with_cart(site):
    """A visitor with something in the cart."""
    visitor = shop.Visitor(site)
    product = site.php("return wc_get_product_id_by_sku('P-0-0');")
    assert "fragments" in visitor.post("/?wc-ajax=add_to_cart", {"product_id": product, "quantity": 1}).json()
    return visitor


def checkout(site, visitor, email="ana@shop.example", **fields):
    """Order what is in the cart, on the classic page; the address of the page that thanks."""
    page = visitor.get("/checkout/").text
    nonce = re.search(r'name="woocommerce-process-checkout-nonce" value="(\w+)"', page).group(1)
    said = visitor.post("/?wc-ajax=checkout", {**{f"billing_{name}": value for name, value in ADDRESS.items()}, "billing_email": email,
                                               "payment_method": "cod", "woocommerce-process-checkout-nonce": nonce, **fields}).json()
    assert said["result"] == "success", said
    return said["redirect"]


def test_in_a_classic_theme_every_page_has_its_slots_once_and_tells_what_it_is():
    site = connected_to()
    for path, expected in CLASSIC.items():
        visitor = with_cart(site) if path == "/cart/" else shop.Visitor(site)
        page = visitor.get(path)
        assert sorted(slots(page)) == sorted(expected), (path, slots(page))
        assert page.text.count("/v.js") == 1 and re.search(r"<script[^>]* async[^>]* data-store=\"vpk_test\"", page.text), path
    assert facts(site.get("/product/ceai-verde-1/"))["product_id"] == str(site.php("return wc_get_product_id_by_sku('P-0-0');"))
    assert facts(site.get("/cart/"))["page"] == "cart" and slots(site.get("/cart/")) == ["cart"]
    assert facts(site.get("/nowhere/"))["page"] == "not_found"
    assert facts(site.get("/?s=nimicnimic&post_type=product"))["results"] == 0
    visitor = with_cart(site)
    assert slots(visitor.get("/checkout/")) == ["checkout"]
    thanks = visitor.get(checkout(site, visitor))
    assert slots(thanks) == ["order_received"] and facts(thanks)["order"]["total"] == 20.9, facts(thanks)


def test_the_thanks_page_tells_of_the_order_only_to_who_has_its_key():
    site = connected_to()
    visitor = with_cart(site)
    thanks = checkout(site, visitor)
    assert facts(visitor.get(thanks))["order"]["items"]
    assert "order" not in facts(shop.Visitor(site).get(thanks.split("?")[0] + "?key=wc_order_wrong"))


def test_in_a_block_theme_every_page_has_its_slots_once():
    site = connected_to(theme="block-shop")
    site.block_pages()
    for path, expected in {**CLASSIC, "/cart/": ["cart"], "/checkout/": ["checkout"]}.items():
        page = with_cart(site).get(path)
        assert page.status == 200 and sorted(slots(page)) == sorted(expected), (path, slots(page))


def test_what_the_owner_switches_off_is_not_there_and_the_widget_is_told():
    site = connected_to()
    owner = site.owner()
    on = {f"on[slot_{slot}]": 1 for slot in ("bought_together", "cart", "popup")}
    said = site.submit("/wp-admin/admin.php?page=vitrine", "vitrine_save", {**on, "on[recover_carts]": 1}, owner).text
    assert "Saved." in said
    page = site.get("/product/ceai-verde-1/")
    assert slots(page) == ["bought_together"] and {"similar", "upgrade", "banner"} <= set(facts(page)["off"]) and "popup" not in facts(page)["off"]


def test_shortcode_block_and_template_tag_put_a_slot_where_the_owner_wants_it():
    site = connected_to()
    site.php("""wp_insert_post(['post_type' => 'page', 'post_status' => 'publish', 'post_name' => 'mine', 'post_title' => 'Mine',
        'post_content' => '[vitrine placement="trending"] <!-- wp:vitrine/placement {"placement":"for_you"} /--> [vitrine placement="nonsense"]']);""", admin=True)
    page = site.get("/mine/")
    assert sorted(slots(page)) == ["for_you", "trending"] and "nonsense" not in page.text, slots(page)
    drawn = site.php("ob_start(); vitrine_placement('similar'); vitrine_placement('\"><script>'); return ob_get_clean();")
    assert 'data-vitrine-slot="similar"' in drawn and "script" not in drawn


def test_names_that_try_to_be_code_stay_names():
    site = connected_to()
    site.php(f"""$p = wc_get_product(wc_get_product_id_by_sku('P-0-0')); $p->set_name({json.dumps(HOSTILE)}); $p->set_slug('rau'); $p->save();
        wp_insert_term({json.dumps(HOSTILE)}, 'product_cat');""".replace("$", "$").replace('"${', '"\\${').replace("${7", "\\${7"), admin=True)
    for path in ("/product/rau/", "/?s=" + "%3C%2Fscript%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&post_type=product", "/cart/?vitrine_cart=%22%3E%3Cscript%3E", "/?vitrine_preview=%22%3E%3Cscript%3E"):
        page = site.get(path)
        ours = "".join(re.findall(r"<[^>]*vitrine[^>]*>", page.text)) + json.dumps(facts(page))
        raw = re.search(r'<script type="application/json" data-vitrine>(.*?)</script>', page.text, re.S).group(1)
        assert "<" not in raw and "onerror" not in re.sub(r'"search": "[^"]*"', "", ours.replace('\\"', "")), (path, ours)


def test_the_editor_knows_the_block_and_the_page_has_its_slot():
    site = connected_to()
    page = chrome.open(site.url + "/wp-login.php?redirect_to=%2Fwp-admin%2Fpost-new.php%3Fpost_type%3Dpage")      # not over the dashboard, which asks for news
    page.eval("document.querySelector('#user_login').value = 'admin', document.querySelector('#user_pass').value = 'admin', document.querySelector('#loginform').submit()")
    page.wait("!!(window.wp && wp.blocks && wp.blocks.getBlockType('vitrine/placement'))")
    assert page.eval("(({ title, category, apiVersion, attributes }) => [title, category, apiVersion, attributes.placement.default])(wp.blocks.getBlockType('vitrine/placement'))") \
        == ["Vitrine suggestions", "widgets", 2, "for_you"]
    assert page.eval("window.vitrineBlock.placements.length") >= 13
    content = page.eval("wp.blocks.serialize([wp.blocks.createBlock('vitrine/placement', { placement: 'similar', align: 'wide' })])")
    page.close()
    drawn = site.php(f"return do_blocks({json.dumps(content)});")
    assert 'data-vitrine-slot="similar"' in drawn and "alignwide" in drawn, drawn
