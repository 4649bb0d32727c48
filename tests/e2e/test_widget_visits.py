"""The widget over a visit, in Chromium on the demonstration shop: pages that become others without loading, consent however it is said,
pages that leave, displays that wait for their moment, what it costs the page's main thread. Displays themselves are in test_widget_pages.py."""
import json, time
import lib
from test_front import Front
from test_widget_pages import TOLD, Visit, WALL, begun, events, overlay, shown

TAG = """new MutationObserver(() => { const tag = document.querySelector('script[data-store]'); if (tag) Object.assign(tag.dataset, %s); })
    .observe(document, { childList: true, subtree: true });"""
THERE = "[...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((k) => k.startsWith('vitrine.'))"
ASKED = "window.asked = []; { const own = window.fetch; window.fetch = (...w) => { if (String(w[0]).includes('/recommendations')) asked.push(JSON.parse(w[1].body)); return own(...w); }; }"


def visit(path="/shop/p/2001", tag=None, script="", **how):
    """A fresh visitor on the page, whose tag has more members and which runs a script of its own first."""
    v = Visit("/shop/static/icon.svg", **how)
    v.page.call("Page.addScriptToEvaluateOnNewDocument", source=ASKED + (TAG % json.dumps(tag) if tag else "") + script)
    v.page.go(v.url(path))
    begun(v.page)
    return v


def sent(v):
    """After all that waits has gone."""
    v.page.wait("!Object.keys(localStorage).some((k) => k.startsWith('vitrine.e.'))", TOLD)
    time.sleep(0.3)


# ---- pages that become others ----
def test_a_page_that_becomes_another_without_loading_is_viewed_and_filled_anew():
    v = visit()
    first = v.page.eval(f"{v.see('similar', '.querySelectorAll(`.card:not([aria-hidden]) a`).length > 1')}.querySelector('.card .words a').pathname")
    become = ("document.querySelector('script[data-vitrine]').textContent = JSON.stringify({{ page: 'product', product_id: '{0}', cart: [] }});"
              "history.{1}({{}}, '', '/shop/p/{0}{2}'); 1")
    other = first.split("/")[-1]
    v.page.eval(become.format(other, "pushState", ""))
    lib.wait_until(lambda: [e["product_id"] for e in v.told("view")] == ["2001", other], TOLD)
    v.page.wait(f"asked.some((q) => q.product_id === '{other}' && q.lists?.some((l) => l.placement === 'similar'))", WALL)
    v.stands(f"!!{shown('similar')}.querySelector('.card a') && ![...{shown('similar')}.querySelectorAll('a')].some((a) => a.pathname === '{first}')")
    v.page.eval("addEventListener('popstate', () => { document.querySelector('script[data-vitrine]').textContent ="
                " JSON.stringify({ page: 'product', product_id: '2001', cart: [] }); }); history.back(); 1")
    lib.wait_until(lambda: [e["product_id"] for e in v.told("view")] == ["2001", other, "2001"], TOLD)
    v.page.eval("history.replaceState({}, '', location.pathname + '#part'); 1")             # the same page
    v.page.eval("history.replaceState({}, '', '/shop/p/2001?colour=red'); 1")               # another one
    lib.wait_until(lambda: len(v.told("view")) == 4, TOLD)
    time.sleep(0.5)
    assert len(v.told("view")) == 4 and not v.errors(), v.errors()
    v.page.eval("document.querySelector('script[data-vitrine]').textContent = JSON.stringify({ page: 'other', cart: [] });"
                " document.querySelector('main').replaceChildren(); history.pushState({}, '', '/elsewhere'); 1")
    v.page.wait("!document.querySelector('vitrine-display')", WALL)


# ---- consent ----
def test_consent_mode_is_waited_for_and_then_obeyed():
    v = visit(script="window.dataLayer = [['consent', 'default', { analytics_storage: 'denied', ad_storage: 'denied' }]];")
    v.see("similar", ".querySelectorAll('.card:not([aria-hidden])').length > 1")            # seen by everybody, personal for none
    assert v.page.eval(THERE) == [] and "vitrine" not in v.page.eval("document.cookie") and not events(v.shop, "view")
    assert v.page.eval("asked.every((q) => !q.visitor_id)")
    v.page.eval("dataLayer.push(['consent', 'update', { analytics_storage: 'granted', ad_storage: 'granted' }]); 1")
    assert [e["product_id"] for e in v.told("view")] == ["2001"]                             # what happened meanwhile
    who = v.page.eval("document.cookie.match(/vitrine_visitor=(\\w+)/)[1]")
    v.page.go(v.url("/shop/p/2002"))                                                         # denied again by default, until the banner speaks
    begun(v.page)
    assert f"vitrine_visitor={who}" in v.page.eval("document.cookie") and len(events(v.shop, "view")) == 1
    v.page.eval("dataLayer.push(['consent', 'update', { analytics_storage: 'granted', ad_storage: 'denied' }]); 1")
    lib.wait_until(lambda: [(e["product_id"], e["visitor_id"]) for e in v.told("view")][1:] == [("2002", who)], TOLD)
    v.page.eval("dataLayer.push(['consent', 'update', { analytics_storage: 'denied' }]); 1")
    v.page.wait(f"{THERE}.length === 0 && !document.cookie.includes('vitrine_visitor=')", WALL)


def test_who_agreed_to_statistics_alone_gets_no_personal_answers():
    v = visit(script="window.dataLayer = [['consent', 'default', { analytics_storage: 'granted', personalization_storage: 'denied' }]];")
    assert v.told("view")[0]["visitor_id"]
    v.see("similar", ".querySelectorAll('.card:not([aria-hidden])').length > 1")
    assert v.page.eval("asked.length > 0 && asked.every((q) => !q.visitor_id)")


def test_the_wordpress_banner_is_waited_for_and_then_obeyed():
    v = visit(script="window.wp_consent_type = 'optin'; window.allowed = {}; window.wp_has_consent = (c) => !!allowed[c];")
    time.sleep(1)
    assert v.page.eval(THERE) == [] and not events(v.shop, "view")
    say = "allowed.statistics = allowed.marketing = {0}; document.cookie = 'wp_consent_statistics={1}; path=/'; document.dispatchEvent(new CustomEvent('wp_listen_for_consent_change', {{ detail: {{}} }})); 1"
    v.page.eval(say.format("true", "allow"))
    assert [e["product_id"] for e in v.told("view")] == ["2001"] and "vitrine_visitor=" in v.page.eval("document.cookie")
    v.page.eval(say.format("false", "deny"))
    v.page.wait(f"{THERE}.length === 0 && !document.cookie.includes('vitrine_visitor=')", WALL)


def test_where_consent_is_required_nothing_happens_before_and_the_word_of_the_page_is_kept():
    v = visit(tag={"consent": "required"})
    time.sleep(1)
    assert v.page.eval(THERE) == [] and "vitrine" not in v.page.eval("document.cookie") and not events(v.shop, "view")
    v.page.eval("vitrine('consent', 'all')")
    assert len(v.told("view")) == 1
    v.page.go(v.url("/shop/p/2002"))
    lib.wait_until(lambda: [e["product_id"] for e in v.told("view")] == ["2001", "2002"], TOLD)
    assert len({e["visitor_id"] for e in v.told("view")}) == 1


def test_do_not_track_is_obeyed_where_the_owner_wants_it():
    says_no = "Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' });"
    v = visit(tag={"dnt": ""}, script=says_no)
    v.see("similar", ".querySelectorAll('.card:not([aria-hidden])').length > 1")
    assert v.page.eval(THERE) == [] and "vitrine" not in v.page.eval("document.cookie") and not events(v.shop, "view")
    other = visit(script=says_no)
    assert other.told("view")


def test_cookieless_visits_are_told_and_belong_to_nobody():
    v = visit(tag={"cookieless": ""})
    v.see("similar", ".querySelectorAll('.card:not([aria-hidden])').length > 1")
    assert {(e["product_id"], e["visitor_id"]) for e in v.told("view")} == {("2001", "")}
    assert v.page.eval(THERE) == [] and "vitrine" not in v.page.eval("document.cookie") and v.page.eval("asked.every((q) => !q.visitor_id)")


# ---- pages that leave ----
def test_what_is_told_while_the_page_leaves_arrives_once():
    v = visit()
    sent(v)
    for i in range(3):
        v.page.eval(f"vitrine('track', 'wishlist', {{ product_id: '200{i + 1}' }}); location.href = '/shop/p/200{i + 1}?{i}'; 1")
        v.page.wait(f"location.search === '?{i}' && !!window.vitrine?.started", WALL)
    sent(v)
    assert [e["product_id"] for e in v.told("wishlist")] == ["2001", "2002", "2003"]
    v.page.eval("vitrine('track', 'wishlist', { product_id: '2004' }); 1")
    v.page.call("Page.navigate", url="about:blank")                                          # and nobody comes back
    lib.wait_until(lambda: len(events(v.shop, "wishlist")) == 4, WALL)


# ---- pages of every kind ----
RTL = "new MutationObserver(() => { document.documentElement.dir = 'rtl'; }).observe(document, { childList: true });"


def test_a_page_from_right_to_left_is_filled_from_the_right():
    for width in (1280, 390):
        v = visit(script=RTL, width=width, mobile=width < 500)
        at = v.see("similar", ".querySelectorAll('.card:not([aria-hidden])').length > 2")
        first, second = v.page.eval(f"[...{at}.querySelectorAll('.card')].slice(0, 2).map((c) => c.getBoundingClientRect().left)")
        edge = v.page.eval(f"{at}.querySelector('.items').getBoundingClientRect().right - {at}.querySelector('.card').getBoundingClientRect().right")
        assert first > second and abs(edge) < 1, (first, second, edge)
        if width > 500:
            v.page.eval(f"{at}.querySelector('.nav .round:last-child').click()")
            v.page.wait(f"{at}.querySelector('.items').scrollLeft < -50", WALL)
        assert v.page.overflow() <= 0 and v.page.layout_shift() == 0, (v.page.overflow(), v.page.shifted())
        v.page.close()


def test_a_strict_policy_has_nothing_to_complain_of():
    v = visit(script="window.broken = []; document.addEventListener('securitypolicyviolation', (e) => broken.push([e.violatedDirective, e.blockedURI, e.sourceFile]));")
    v.see("similar", ".querySelectorAll('.card:not([aria-hidden])').length > 1")
    for display in ("popup", "slide_in", "banner"):
        v.configure(overlay(display, layout="bar" if display == "banner" else "list"))
        v.stands(f"!!document.querySelector('vitrine-display[data-display={display}]')")
        assert v.page.eval("broken") == []


def test_parts_that_cannot_be_loaded_leave_the_page_as_it_is():
    v = Visit("/shop/static/icon.svg")
    for patterns in (["*/v.js*"], ["*/w/*"]):
        v.page.block(*patterns)
        v.page.go(v.url("/shop/p/2001"))
        time.sleep(1.5)
        assert v.page.layout_shift() == 0 and v.page.eval("document.querySelectorAll('vitrine-display').length") == 0
        assert not [e for e in v.page.errors if "Failed to load" not in e and "net::ERR" not in e], v.page.errors
    v.page.click("form.add .button")
    v.page.wait("document.querySelector('[data-cart-count]').textContent === '1'", WALL)


def test_meta_and_segment_hear_of_it_where_the_owner_wants_it_and_the_visitor_agrees():
    tools = "window.said = []; window.fbq = (...w) => said.push(['meta', ...w]); window.analytics = { track: (...w) => said.push(['segment', ...w]) };"
    v = visit(script=tools)
    v.page.wait("Object.keys(sessionStorage).some((k) => k.startsWith('vitrine.config'))", WALL)
    switch_on = ("(() => { const k = Object.keys(sessionStorage).find((k) => k.startsWith('vitrine.config')), c = JSON.parse(sessionStorage[k]);"
                 " c.ms = Date.now() + 30000; c.raw.forward = { ga4: false, meta: true, segment: true }; sessionStorage[k] = JSON.stringify(c); })()")
    v.page.eval(switch_on)
    v.page.eval("vitrine('consent', 'all')")
    v.page.go(v.page.url())
    at = v.see("similar", ".querySelectorAll('.card button.add').length > 1")
    v.page.eval(f"{at}.host.scrollIntoView({{ block: 'center' }})")
    heard = "said.filter((w) => w[1] === '{0}' || w[2] === '{0}').length"
    v.page.wait(heard.format("RecommendationView") + " > 0 && " + heard.format("Product List Viewed") + " > 0", WALL)
    v.add(at)
    v.page.wait(heard.format("AddToCart") + " === 1 && " + heard.format("Product Added") + " === 1", WALL)
    v.page.eval("vitrine('consent', 'statistics'); said.length = 0; 1")
    v.add(at, 1)
    v.page.wait(heard.format("Product Added") + " === 1", WALL)
    assert v.page.eval(heard.format("AddToCart")) == 0


# ---- displays that wait for their moment ----
OVER = "!!document.querySelector('vitrine-display[data-display=slide_in]')"


def waits(trigger, happen, **more):
    """An overlay of that trigger: not there before `happen` is done, there after it, and not again on the next page."""
    v = visit("/shop/")
    v.configure({**overlay("slide_in", layout="list", trigger=trigger), **more})
    begun(v.page)
    time.sleep(1.2)
    assert not v.page.eval(OVER), trigger
    v.stands(OVER, lambda: happen(v))
    assert v.page.layout_shift() == 0
    v.page.eval("document.querySelector('vitrine-display[data-display]').shadowRoot.querySelector('.corner').click()")
    v.page.go(v.page.url())
    begun(v.page)
    happen(v)
    time.sleep(1.2)
    assert not v.page.eval(OVER), f"{trigger}: once a visit"
    v.page.close()


def test_an_overlay_comes_after_something_was_put_into_the_cart():
    waits({"kind": "add_to_cart"}, lambda v: v.page.eval(f"vitrineShop.add([{{ product_id: '{Front.simple(v.shop)[0]}', quantity: 1 }}])"))


def test_an_overlay_comes_when_the_visitor_is_about_to_leave():
    waits({"kind": "exit"}, lambda v: v.page.eval("document.dispatchEvent(new MouseEvent('mouseout', { clientY: -1, relatedTarget: null })) && 1"))


def test_an_overlay_comes_after_half_of_the_page():
    def down(v):
        v.page.scroll(v.page.eval("document.documentElement.scrollHeight / 2"))
        time.sleep(0.2)
        v.page.scroll(0)
    waits({"kind": "scroll", "share": 0.5}, down)


def test_an_overlay_comes_after_a_while_without_a_sign_of_life():
    waits({"kind": "idle", "seconds": 2.5}, lambda v: time.sleep(2))


def test_nothing_comes_over_somebody_who_types():
    v = visit("/shop/")
    v.configure(overlay("slide_in", layout="list", trigger={"kind": "exit"}))
    begun(v.page)
    v.page.eval("document.querySelector('#q').focus()")
    v.page.eval("document.dispatchEvent(new MouseEvent('mouseout', { clientY: -1, relatedTarget: null })) && 1")
    time.sleep(1.5)
    assert not v.page.eval(OVER)


# ---- what it costs ----
TASK_MS, PARTS_BYTES = 50, 32 * 1024


def widget_tasks(trace):
    """Milliseconds of processor time of each task of a main thread in which scripts of the widget ran."""
    ours = [e for e in trace if e.get("ph") == "X" and e["name"] in ("FunctionCall", "EvaluateScript", "v8.compile")
            and any(part in (e.get("args", {}).get("data", {}).get("url") or "") for part in ("/v.js", "/w/"))]
    tasks = [e for e in trace if e.get("ph") == "X" and e["name"].endswith("RunTask") and "tdur" in e]
    inside = lambda e, t: (e["pid"], e["tid"]) == (t["pid"], t["tid"]) and t["ts"] <= e["ts"] < t["ts"] + t.get("dur", 0)
    return len(ours), sorted({(t["ts"], t["tdur"] / 1000) for e in ours for t in tasks if inside(e, t)}, key=lambda x: -x[1])


def test_no_task_of_the_widget_holds_the_page_up():
    best = None
    for _ in range(3):                                      # the least of three: others use this machine too
        v = Visit("/shop/static/icon.svg")
        v.page.browser.start_trace()
        v.page.go(v.url("/shop/p/2001"))
        v.see("similar", ".querySelectorAll('.card:not([aria-hidden])').length > 1")
        n, tasks = widget_tasks(v.page.browser.end_trace())
        scripts = {r["url"].split("/")[-1]: r["bytes"] for r in v.page.requests.values() if "/w/" in r.get("url", "") or r.get("url", "").endswith("/v.js")}
        assert n > 10 and tasks, (n, tasks)
        assert v.page.layout_shift() == 0 and sum(scripts.values()) <= PARTS_BYTES and len(scripts) == 3, scripts
        best = min(best or tasks[0][1], tasks[0][1])
        v.page.close()
        if best < TASK_MS:
            return
    assert best < TASK_MS, best
