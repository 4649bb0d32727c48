"""The widget on the pages of the demonstration shop, in Chromium: what is shown stands still, what is done is told, nothing hurts the page."""
import contextlib, json, re, time
import chrome, lib, test_api, test_front

WALL = 20                    # seconds for what needs a moment on a busy machine
TOLD = 75                    # what could not be taken twice is sent again after a minute
ROUNDS = 5                   # of four seconds, before a page is believed to stay as it is
TOOK_TOO_LONG = "performance.getEntriesByType('resource').some((r) => r.name.includes('/recommendations') && r.duration >= 800)"


def shown(slot):
    return f"document.querySelector('vitrine-display[data-slot={slot}]').shadowRoot"


CONFIG_TOO_LATE = "performance.getEntriesByType('resource').some((r) => r.name.includes('/widget/config') && r.duration >= 800)"


def begun(page):
    """Until the widget runs. It waits 800 ms for its configuration and then leaves the page alone: on a busy machine the page is opened again."""
    for last in (False, False, False, True):
        page.wait(f"!!window.vitrine?.started || {CONFIG_TOO_LATE}", WALL)
        try:
            return page.wait("!!window.vitrine?.started", WALL if last else 1)
        except chrome.Trouble:
            if last:
                raise
            page.go(page.url())


class Visit:
    """A page of the demonstration shop with its widget."""

    def __init__(self, path="/shop/p/2001", before=None, **how):
        self.shop = test_api.Shop()
        self.shop.server.stop()
        lib.run("stores", "settings", "demo", "holdout_percent=0", "--data", self.shop.data)       # who is held out sees nothing
        self.shop.server = lib.Server(self.shop.data)
        if before:
            before(self.shop)
        self.page = chrome.open(self.url("/healthz"), still=True, **how)
        agent = self.page.eval("navigator.userAgent")           # one that calls itself headless is a robot, and robots teach nothing
        self.page.call("Network.setUserAgentOverride", userAgent=agent.replace("Headless", ""))
        self.page.go(self.url(path))

    def url(self, path):
        return f"http://127.0.0.1:{self.shop.server.port}{path}"

    def errors(self):
        return [e for e in self.page.errors if "favicon" not in e]      # of the address it began at

    def read_down(self):
        """As a reader does, to the end and back."""
        begun(self.page)
        for y in range(0, self.page.eval("document.documentElement.scrollHeight"), 300):
            self.page.scroll(y)
            time.sleep(0.05)
        self.page.scroll(0)

    def see(self, slot, expression):
        """Until the display stands. On a busy machine an answer may take longer than the widget waits: then the page is opened again."""
        self.stands(f"!!document.querySelector('vitrine-display[data-slot={slot}]') && {shown(slot)}{expression}")
        return shown(slot)

    def stands(self, expression, do=None):
        """Do what brings it (read down) until it is there. The page is opened again only after an answer that took too long: something that
        is shown once a visit may be on its way."""
        for last in (False, False, False, True):
            for _ in range(ROUNDS):
                (do or self.read_down)()
                with contextlib.suppress(chrome.Trouble):
                    self.page.wait(f"({expression}) || {TOOK_TOO_LONG}", 4)
                    break
            try:
                return self.page.wait(expression, WALL if last else 2)
            except chrome.Trouble:
                if last:
                    raise
                self.page.go(self.page.url())
                begun(self.page)

    def add(self, at, nth=0):
        """Press the button of the nth product in a display that asks for no choice of a version."""
        simple = [r[0] for r in lib.sql(self.shop.data, "SELECT product_id FROM product_row WHERE type = 'simple'")]
        self.page.eval(f"[...{at}.querySelectorAll('.card')].filter((c) => {json.dumps(simple)}.includes(c.querySelector('a').pathname.split('/').pop()))"
                       f"[{nth}].querySelector('button.add').click()")

    def told(self, kind, **members):
        """Events of a kind, once there are some."""
        def rows():
            return [e for e in events(self.shop, kind) if all(e[k] == v for k, v in members.items())]
        lib.wait_until(rows, TOLD)
        return rows()

    def configure(self, *placements):
        """Shows the page with other placements: the configuration a visit keeps is believed for a minute."""
        self.page.wait("Object.keys(sessionStorage).some((k) => k.startsWith('vitrine.config'))", WALL)
        self.page.eval("(() => { const k = Object.keys(sessionStorage).find((k) => k.startsWith('vitrine.config')), c = JSON.parse(sessionStorage[k]);"
                       f" c.ms = Date.now() + 30000; c.raw.placements = {json.dumps(placements)}; sessionStorage[k] = JSON.stringify(c); }})()")
        self.page.go(self.page.url())


def events(shop, kind):
    rows = lib.sql(shop.data, "SELECT kind, product_id, rec_id, placement, visitor_id, items FROM event_row WHERE kind = ? ORDER BY time_ms", kind)
    return [dict(zip(("kind", "product_id", "rec_id", "placement", "visitor_id", "items"), r)) for r in rows]


def overlay(display, **more):
    return {"placement": "cart", "slot": display, "display": display, "fixed": True, "n": 3, "layout": "grid", "title": "Încă ceva?",
            "where": {"page": "any"}, "trigger": {"kind": "load"}, "frequency": {"per_session": 1}, **more}


def test_displays_stand_in_the_page_and_nothing_moves_for_them():
    for width in (1280, 320):
        v = Visit(width=width, mobile=width < 500)
        for slot in ("bought_together", "also_viewed", "similar"):
            v.see(slot, ".querySelectorAll('li:not([aria-hidden]) a[href]').length >= 2")
        assert v.page.layout_shift() == 0 and v.page.overflow() <= 0 and not v.errors(), (width, v.page.shifted(), v.errors())
        v.page.close()


def test_what_every_page_loads_first_is_small():
    v = Visit("/shop/")
    begun(v.page)
    loader = [r for r in v.page.requests.values() if r.get("url", "").endswith("/v.js")]
    assert len(loader) == 1 and 0 < loader[0]["bytes"] <= 14 * 1024 + 1024, loader     # with its headers


def test_what_is_seen_and_added_is_told_with_its_answer_and_changes_the_next():
    v = Visit()
    at = v.see("also_viewed", ".querySelectorAll('.card button.add').length > 1")
    assert {e["product_id"] for e in v.told("view")} == {"2001"}
    v.page.eval(f"{at}.host.scrollIntoView({{ block: 'center' }})")
    seen = v.told("impression", placement="also_bought")[0]
    assert len(json.loads(seen["items"])) >= 2 and seen["rec_id"] and seen["visitor_id"]

    v.page.eval(f"{at}.querySelectorAll('.card button.add')[0].click()")
    added = v.told("cart_add")[0]
    assert added["rec_id"] in [e["rec_id"] for e in v.told("impression", placement="also_bought")] and added["visitor_id"] == seen["visitor_id"]
    cookies = v.page.eval("document.cookie")
    assert f"vitrine_visitor={seen['visitor_id']}" in cookies and f"vitrine_recs={added['rec_id']}" in cookies, cookies
    answer = v.shop.recommend(placement="also_bought", product_id="2001", visitor_id=seen["visitor_id"], n=20)
    assert added["product_id"] not in [i["product_id"] for i in answer["items"]]


def test_what_is_added_before_the_cart_was_ever_looked_at_is_told():
    v = Visit()
    at = v.see("also_viewed", ".querySelectorAll('.card button.add').length > 1")
    v.page.eval(f"sessionStorage.removeItem('vitrine.cart'); {at}.querySelector('.card button.add').click()")
    assert all(e["rec_id"] for e in v.told("cart_add"))


def test_a_bundle_costs_what_is_ticked_and_goes_into_the_cart_at_once():
    v = Visit()
    at = v.see("bought_together", ".querySelectorAll('.tick').length === 3")
    whole = v.page.eval(f"{at}.querySelector('.amount').textContent")
    v.page.eval(f"{at}.querySelectorAll('.tick input')[1].click()")
    assert v.page.eval(f"{at}.querySelector('.amount').textContent") != whole
    v.page.eval(f"{at}.querySelector('.sum .add').click()")
    assert len(v.told("cart_add")) >= 1
    lib.wait_until(lambda: len(events(v.shop, "cart_add")) == 2, TOLD)
    v.page.go(v.url("/shop/cart"))
    assert len(v.page.eval("JSON.parse(document.querySelector('script[data-vitrine]').textContent).cart")) == 2


def test_a_popup_holds_the_focus_ends_with_escape_and_keeps_to_its_limit():
    v = Visit()
    v.configure(overlay("popup"))
    dialog = "document.querySelector('vitrine-display[data-display=popup]')?.shadowRoot?.querySelector('dialog[open]')"
    v.stands(f"!!{dialog} && {dialog}.querySelectorAll('li').length > 1")
    for _ in range(12):
        v.page.press("Tab")
        assert v.page.eval("document.activeElement === document.body || document.activeElement.matches('vitrine-display')"), "the focus left the dialog"
    assert v.page.layout_shift() == 0
    v.page.press("Escape")
    v.page.wait("!document.querySelector('vitrine-display[data-display]')", WALL)
    assert v.told("widget_open") and v.told("widget_dismiss")
    v.page.go(v.page.url())
    begun(v.page)
    time.sleep(1.5)
    assert not v.page.eval("!!document.querySelector('vitrine-display[data-display]')"), "once a visit"


def test_slide_in_banner_and_bar_lie_over_the_page_and_close():
    v = Visit(width=320, mobile=True)
    for display, layout in (("slide_in", "list"), ("banner", "bar"), ("sticky", "bar")):
        v.configure(overlay(display, layout=layout))
        frame = f"document.querySelector('vitrine-display[data-display={display}]')?.shadowRoot?.querySelector('aside')"
        v.stands(f"!!{frame} && {frame}.querySelectorAll('li').length > 0")
        assert v.page.eval(f"getComputedStyle({frame}).position") == "fixed" and v.page.layout_shift() == 0 and v.page.overflow() <= 0
        v.page.eval(f"{frame}.querySelector('.corner').click()")
        v.page.wait("!document.querySelector('vitrine-display[data-display]')", WALL)
        assert not v.errors(), v.errors()


def test_hostile_names_are_text():
    hostile = "<img src=x onerror=\"window.hurt=1\"><script>window.hurt=1</script>"

    def poison(shop):
        shop.server.stop()
        with lib.sqlite3.connect(shop.data / "vitrine.db") as db:
            db.execute("UPDATE product_row SET name = ? || product_id", (hostile,))
        shop.server = lib.Server(shop.data)
    v = Visit(before=poison)
    at = v.see("similar", ".querySelectorAll('.card:not([aria-hidden]) .name').length > 1")
    assert v.page.eval(f"{at}.querySelector('.card .name').textContent").startswith(hostile)
    assert v.page.eval(f"{at}.querySelectorAll('script, .name img').length") == 0 and v.page.eval("window.hurt") is None and not v.page.dialogs


def test_a_dead_server_hurts_nothing_and_loses_nothing():
    v = Visit()
    begun(v.page)
    v.told("view")
    v.shop.server.stop()
    v.page.errors.clear()
    assert v.page.eval("vitrine('recommend', { placement: 'home', n: 3 }).then((a) => a === null)")
    v.page.eval("vitrine('track', 'wishlist', { product_id: '2002' })")
    v.page.wait("Object.keys(localStorage).some((k) => k.startsWith('vitrine.e.'))", WALL)
    v.shop.server = lib.Server(v.shop.data, port=v.shop.server.port)
    v.page.go(v.url("/shop/cart"))
    assert [e["product_id"] for e in v.told("wishlist")] == ["2002"]
    v.page.wait("!Object.keys(localStorage).some((k) => k.startsWith('vitrine.e.'))", TOLD)


def test_who_says_no_leaves_nothing_behind():
    v = Visit()
    v.page.wait("!!window.vitrine?.started && document.cookie.includes('vitrine_visitor=')", WALL)
    v.told("view", product_id="2001")                            # said before the no, and so not to be mistaken for what follows it
    v.page.eval("vitrine('consent', 'none')")
    for _ in range(2):
        assert "vitrine_visitor" not in v.page.eval("document.cookie")
        assert v.page.eval("[...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((k) => k.startsWith('vitrine.'))") == ["vitrine.refused"]
        before = len(events(v.shop, "view"))
        v.page.go(v.url("/shop/p/2002"))
        begun(v.page)
        time.sleep(0.5)
        assert len(events(v.shop, "view")) == before


def test_a_product_of_several_versions_is_asked_about_by_keyboard_alone():
    v = Visit(width=320, mobile=True)
    at = v.see("similar", ".querySelectorAll('.card button.add').length > 1")
    v.page.eval("vitrineShop.variations = async () => [{ id: '11', label: 'S', in_stock: false }, { id: '12', label: 'M' }, { id: '13', label: 'L' }]; 1")
    v.page.eval("vitrineShop.add = async (items, about) => { window.got = [items, about]; }; 1")
    dialog = f"{at}.querySelector('dialog[open]')"
    for end in ("Escape", "Enter"):
        v.page.eval(f"{at}.querySelector('.card button.add').focus()")
        v.page.press("Enter")
        v.page.wait(f"!!{dialog}", WALL)
        assert v.page.eval(f"[...{dialog}.querySelectorAll('input')].map((i) => i.disabled)") == [True, False, False]
        v.page.press("Tab")
        v.page.press("ArrowDown")
        v.page.press(end)
        v.page.wait(f"!{dialog}", WALL)
        assert end == "Enter" or v.page.eval("!window.got")
    items, about = v.page.wait("window.got", WALL)
    assert [i["variation_id"] for i in items] == ["13"] and about["rec_id"] and not about["bundle"], (items, about)
    assert v.page.overflow() <= 0 and not v.errors(), v.errors()


def test_analytics_of_the_shop_hear_of_it_where_the_owner_wants_it():
    v = Visit()
    v.page.call("Page.addScriptToEvaluateOnNewDocument", source="window.dataLayer = [];")
    v.page.wait("Object.keys(sessionStorage).some((k) => k.startsWith('vitrine.config'))", WALL)
    v.page.eval("(() => { const k = Object.keys(sessionStorage).find((k) => k.startsWith('vitrine.config')), c = JSON.parse(sessionStorage[k]);"
                " c.ms = Date.now() + 30000; c.raw.forward.ga4 = true; sessionStorage[k] = JSON.stringify(c); })()")
    v.page.go(v.page.url())
    at = v.see("similar", ".querySelectorAll('.card button.add').length > 1")
    v.page.eval(f"{at}.host.scrollIntoView({{ block: 'center' }})")
    heard = "dataLayer.filter((e) => e.event).map((e) => [e.event, e.ecommerce.items.map((i) => i.item_id)])"
    v.page.wait(f"{heard}.some(([name, items]) => name === 'view_item_list' && items.length > 1)", WALL)
    v.add(at)
    v.page.wait(f"{heard}.some(([name, items]) => name === 'add_to_cart' && items.length === 1)", WALL)


def test_the_looks_follow_a_page_that_turns_dark():
    v = Visit()
    at = v.see("similar", ".querySelectorAll('.card:not([aria-hidden])').length > 1")
    colour = f"getComputedStyle({at}.querySelector('.title')).color"
    before = v.page.eval(colour)
    v.page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    v.page.wait(f"{colour} !== {json.dumps(before)}", WALL)
    page = v.page.eval("getComputedStyle(document.body).color")
    v.page.wait(f"{colour} === {json.dumps(page)}", WALL)


def test_a_page_draws_by_its_own_template():
    v = Visit()
    v.page.call("Page.addScriptToEvaluateOnNewDocument", source="""
        window.vitrine = window.vitrine || function () { (vitrine.q = vitrine.q || []).push(arguments); };
        vitrine('render', 'similar', (answer, into, tools) => answer.items.forEach((item, i) => {
            const a = document.createElement('a');
            a.href = item.url; a.textContent = item.name; a.className = 'mine'; a.onclick = (e) => e.preventDefault();
            tools.watch(a, item, i + 1); into.append(a); }));""")
    v.page.go(v.page.url())
    at = v.see("similar", ".querySelectorAll('a.mine').length > 1")
    v.page.eval(f"{at}.querySelectorAll('a.mine')[1].click()")
    assert v.told("click", placement="similar")[0]["rec_id"]


def test_who_comes_from_a_letter_is_told_once_and_what_he_buys_is_the_letters():
    v = Visit("/shop/")
    status, headers, letter = v.shop.server.request("GET", f"/api/v1/widget/email?key={v.shop.public}&base=https://shop.example&n=6&part=text")
    rec, simple = headers["x-vitrine-rec"], test_front.Front.simple(v.shop, 500, 1)
    product, at = next((p, at) for p, at in re.findall(r"/shop/p/(\w+)\?vitrine_rec=\w+&vitrine_position=(\d)", letter.decode()) if p in simple)
    assert status == 200 and lib.wait_until(lambda: lib.sql(v.shop.data, "SELECT 1 FROM exposure_row WHERE rec_id = ?", rec), WALL)
    link = f"/shop/p/{product}?utm_source=letter&vitrine_rec={rec}&vitrine_position={at}&b=c%20d#more"
    for _ in range(2):                                      # the same link opened again
        v.page.go(v.url(link))
        v.page.wait("location.search === '?utm_source=letter&b=c%20d' && location.hash === '#more'", WALL)
        v.page.eval("window.before = true")
        v.page.call("Page.reload")                          # and the page loaded again
        v.page.wait("!window.before && !!window.vitrine?.started && !Object.keys(localStorage).some((k) => k.startsWith('vitrine.e.'))", TOLD)
    clicks = lib.sql(v.shop.data, "SELECT product_id, rec_id, placement, position, visitor_id FROM event_row WHERE kind = 'click'")
    assert [c[:4] for c in clicks] == [(product, rec, "", int(at))] and clicks[0][4], clicks
    assert len(v.told("view")) == 4, v.told("view")         # an address made clean is no other page
    assert f"vitrine_recs={rec}" in v.page.eval("document.cookie")
    v.page.click("form.add .button")
    assert v.told("cart_add")[0]["rec_id"] == rec
    v.page.go(v.url("/shop/checkout"))
    test_front.fill(v.page)
    v.page.click("text=Trimite comanda")
    v.page.wait("location.pathname.startsWith('/shop/order/') && document.readyState === 'complete'", WALL)
    credited = "SELECT product_id, rec_id, how FROM attribution_row WHERE order_id = ?"
    order = v.page.eval("location.pathname.split('/').pop()")
    assert lib.wait_until(lambda: lib.sql(v.shop.data, credited, order), WALL) == [(product, rec, "exact")]


LATE = """
    const own = window.fetch, wait = (ms) => new Promise((go) => setTimeout(go, ms));
    window.fetch = async (...words) => { if (String(words[0]).includes('/recommendations')) await wait(1500); return own(...words); };"""


def test_an_answer_that_comes_late_is_shown_and_nothing_moves_for_it():
    v = Visit()
    v.page.call("Page.addScriptToEvaluateOnNewDocument", source=LATE)
    v.page.go(v.page.url())
    for slot in ("similar", "also_viewed", "bought_together"):          # one with room of its own, two without
        v.page.scroll(0)
        v.see(slot, ".querySelectorAll('li:not([aria-hidden]) a[href]').length > 1")
    assert v.page.layout_shift() == 0, v.page.shifted()


def test_who_scrolls_in_the_moment_a_list_is_put_in_sees_nothing_move():
    v = Visit("/shop/static/icon.svg")
    v.page.call("Page.addScriptToEvaluateOnNewDocument", source="""
        const soon = new MessageChannel();                  // a task of its own: it comes before the next picture where there is room for one
        soon.port1.onmessage = () => scrollTo({ top: document.querySelector('.reviews').offsetTop, behavior: 'instant' });
        new MutationObserver((all) => all.forEach((m) => m.addedNodes.forEach((e) => {
            if (e.nodeName === 'VITRINE-DISPLAY' && e.dataset.slot !== 'similar') soon.port2.postMessage(0);
        }))).observe(document, { childList: true, subtree: true });""")
    for path in ("/shop/p/2001", "/shop/p/2002", "/shop/p/2001"):
        v.page.go(v.url(path))
        v.see("also_viewed", ".querySelectorAll('li:not([aria-hidden]) a[href]').length > 1")
        assert v.page.layout_shift() == 0, v.page.shifted()


def test_without_an_answer_an_earlier_one_is_shown_less_what_is_in_the_cart():
    v = Visit()
    ids = "[...{}.querySelectorAll('.card:not([aria-hidden]) .words a')].map((a) => a.pathname.split('/').pop())"
    before = v.page.eval(ids.format(v.see("similar", ".querySelectorAll('.card:not([aria-hidden])').length > 2")))
    v.page.eval(f"vitrineShop.add([{{ product_id: '{before[0]}', quantity: 1 }}]).catch(() => 1)")
    v.page.block("*/api/v1/recommendations*")
    v.page.go(v.page.url())
    after = v.page.eval(ids.format(v.see("similar", ".querySelectorAll('.card:not([aria-hidden])').length > 1")))
    in_cart = [line["product_id"] for line in v.page.eval("vitrineShop.cart()")]
    assert after == [i for i in before if i not in in_cart], (before, after, in_cart)


def test_room_that_nothing_comes_into_is_given_back_where_nobody_looks():
    v = Visit("/shop/static/icon.svg")
    v.page.call("Page.addScriptToEvaluateOnNewDocument", source="""
        const own = window.fetch, soon = new MessageChannel();
        window.fetch = async (...words) => String(words[0]).includes('/recommendations') ? new Response(JSON.stringify({
            lists: JSON.parse(words[1].body).lists.map(() => ({ rec_id: 'x1234567', items: [] })) })) : own(...words);
        soon.port1.onmessage = () => scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' });     // nor who scrolls just then
        new MutationObserver((all) => all.some((m) => m.target.dataset.vitrineSlot === 'similar') && soon.port2.postMessage(0))
            .observe(document, { attributes: true, attributeFilter: ['hidden'], subtree: true });""")
    v.page.go(v.url("/shop/p/2001"))
    v.page.wait("document.querySelector('[data-vitrine-slot=similar]').hidden && scrollY > 0", WALL)
    assert v.page.layout_shift() == 0 and v.page.eval("document.querySelectorAll('vitrine-display').length") == 0, v.page.shifted()


def test_a_list_that_the_shops_server_drew_is_watched_and_not_drawn_again():
    v = Visit()
    answer = v.shop.recommend(placement="similar", product_id="2001", n=3)
    rec, ids = answer["rec_id"], [i["product_id"] for i in answer["items"]]
    v.page.call("Page.addScriptToEvaluateOnNewDocument", source=f"""
        document.addEventListener('DOMContentLoaded', () => {{
            const slot = document.querySelector('[data-vitrine-slot=similar]');
            if (!slot) return;
            slot.dataset.vitrineRec = '{rec}', slot.dataset.vitrinePlacement = 'similar';
            {json.dumps(ids)}.forEach((id, i) => {{
                const a = document.createElement('a');
                a.dataset.vitrineProduct = id, a.dataset.vitrinePosition = i + 1, a.textContent = 'Product ' + id, a.style.display = 'block';
                a.href = '/shop/p/' + id + '?keep=1&vitrine_rec={rec}&vitrine_position=' + (i + 1);
                slot.append(a);
            }});
        }});""")
    v.page.go(v.page.url())
    v.page.wait(f"document.querySelector('[data-vitrine-product=\"{ids[1]}\"]').search === '?keep=1'", WALL)
    v.page.eval("document.querySelector('[data-vitrine-slot=similar]').scrollIntoView({ block: 'center' })")
    lib.wait_until(lambda: {i[0] for e in v.told("impression", rec_id=rec) for i in json.loads(e["items"])} == set(ids), TOLD)
    assert not v.page.eval("!!document.querySelector('vitrine-display[data-slot=similar]')")
    v.page.eval(f"document.querySelector('[data-vitrine-product=\"{ids[1]}\"]').click()")
    v.page.wait(f"location.pathname === '/shop/p/{ids[1]}'", WALL)
    assert [(e["product_id"], e["placement"]) for e in v.told("click", rec_id=rec)] == [(ids[1], "similar")]
    assert f"vitrine_recs={rec}" in v.page.eval("document.cookie")
