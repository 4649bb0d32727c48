"""Prices of suggestions are the text the shop itself writes: what the widget shows in Chromium is held against what WordPress's own page says."""
import json
import chrome, lib
from joined import joined
from test_offers import ids
from test_shopping import WALL, look, path

FORMATS = {  # what an owner sets in WooCommerce, Settings, General: what a price of 1234.50 looks like then
    "1.234,50\u00a0lei": ("right_space", ".", ",", "2"),
    "lei1,235": ("left", ",", ".", "0"),
    "lei\u00a01\u00a0234.500": ("left_space", "&nbsp;", ".", "3"),
}
OPTIONS = ("woocommerce_currency_pos", "woocommerce_price_thousand_sep", "woocommerce_price_decimal_sep", "woocommerce_price_num_decimals")
DEAR = 1234.50
OWN = "document.querySelector('.product p.price .amount').textContent"
BUNDLE = "document.querySelector('vitrine-display[data-slot=bought_together]').shadowRoot"
OURS = f"[...{BUNDLE}.querySelectorAll('.tick')].map((e) => [e.querySelector('.name').textContent, [...e.querySelectorAll('.now, .was')].map((p) => p.textContent)])"
SUM = f"[...{BUNDLE}.querySelectorAll('.sum .amount span:not(.vh)')].map((e) => e.textContent)"


def write_so(site, settings):
    for name, value in zip(OPTIONS, settings):
        site.php(f"update_option('{name}', {json.dumps(value)});")


def own_words(site):
    """Name of a product: its prices as the shop writes them, the one of today first."""
    return site.php("""$found = array();
        foreach ( wc_get_products( array( 'limit' => 100, 'type' => 'simple' ) ) as $product ) {
            $prices = $product->is_on_sale() ? array( $product->get_price(), $product->get_regular_price() ) : array( $product->get_price() );
            foreach ( $prices as $price ) {
                $found[ $product->get_name() ][] = html_entity_decode( wp_strip_all_tags( wc_price( $price ) ), ENT_QUOTES, 'UTF-8' );
            }
        }
        return $found;""")


def test_a_suggestions_price_is_the_text_the_shop_writes_on_the_same_page():
    pair = joined()
    tea, = ids(pair.site, "P-0-0")
    pair.site.php(f"$p = wc_get_product({tea}); $p->set_regular_price('{DEAR:.2f}'); $p->save();")
    pair.site.work()
    lib.wait_until(lambda: pair.sql("SELECT price FROM product_row WHERE product_id = ?", str(tea))[0][0] == round(DEAR * 100), WALL)
    for written, settings in FORMATS.items():
        write_so(pair.site, settings)
        words = own_words(pair.site)
        page = chrome.open(path(pair, "P-0-0"), still=True)
        look(page, "bought_together")
        ours = dict(page.eval(OURS))
        assert page.eval(OWN) == written == ours["Ceai verde 1"][0], (written, page.eval(OWN), ours)
        assert len(ours) >= 2 and all(prices == words[name] for name, prices in ours.items() if name in words), (ours, words)
        bundle = page.eval(f"vitrine('recommend', {{ placement: 'product', product_id: '{tea}' }}).then((a) => a.bundle)")
        shown = [pair.site.php(f"return html_entity_decode(wp_strip_all_tags(wc_price({bundle[name]})), ENT_QUOTES, 'UTF-8');")
                 for name in ("bundle_price", "normal_price", "savings")]
        assert page.eval(SUM) == shown[:2] and shown[2] in page.eval(f"{BUNDLE}.querySelector('.saved').textContent"), (page.eval(SUM), shown)
        assert not [e for e in page.errors if "status of 404" not in e], page.errors
        page.close()
