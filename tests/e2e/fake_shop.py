#!/usr/bin/env python3
"""A WooCommerce shop to test against: replays recorded answers of a real one as a live REST API, or invents a shop from a seed,
and misbehaves on request. Standard library only.

  fake_shop.py --recordings DIR/11.0.1            serve a recorded shop on a free port (or --port)
  fake_shop.py --generate 200 --seed 7            invent a shop of 200 products
  fake_shop.py ... --chaos error500=0.2 --chaos dirt=1 --prefix /shop --plain-permalinks --cert C.pem --cert-key K.pem
  fake_shop.py --replay DIR/webhooks/deliveries --to http://127.0.0.1:8080/api/v1/webhooks/   send recorded deliveries byte by byte

While it runs: GET /control (state), POST /control {"chaos": {"error500": 0.5}, "clear": true}, {"remove": ["products", 11]},
{"change": ["products", 11, {"price": "9"}]}. Keys: ck_ and forty times a digit, cs_ likewise: 1 read and write, 2 read only,
3 write only, 4 a user who may not see anything. Chances are drawn from the seed, the address asked for and how often it was asked,
so that a run with the same seed meets the same faults however its requests interleave."""
import argparse, base64, copy, datetime, hashlib, hmac, http.server, json, pathlib, re, socket, ssl, threading, time
import urllib.parse

CHAOS = {
    "error500": "answer 500 with a page of PHP", "gateway_timeout": "answer 504", "slow_pages": "answer 504 to pages of more than 20 rows",
    "hang": "wait hang_s, then close", "disconnect": "close without an answer", "truncate": "break off in the middle of the body",
    "html": "a page 'checking your browser' with status 200", "dirt": "BOM, a PHP notice before and a comment behind the JSON",
    "lost_page": "an empty list although the totals say otherwise", "lost_rows": "a list without some of its rows",
    "busy": "429 with Retry-After", "ignore_per_page": "always 10 rows", "ignore_offset": "offset does nothing",
    "ignore_order": "newest first whatever is asked", "drop_authorization": "the Authorization header never arrives",
    "no_totals": "no X-WP-Total", "lower_headers": "header names in lower case", "churn": "a row goes away for each list asked",
    "http10": "HTTP/1.0 answers without a length",
}
LISTS = {  # route: (collection, error code of an unknown id)
    "products": ("products", "woocommerce_rest_product_invalid_id"), "products/categories": ("categories", "woocommerce_rest_term_invalid"),
    "products/tags": ("tags", "woocommerce_rest_term_invalid"), "products/brands": ("brands", "woocommerce_rest_term_invalid"),
    "products/reviews": ("reviews", "woocommerce_rest_review_invalid_id"), "customers": ("customers", "wc_user_invalid_id"),
    "orders": ("orders", "woocommerce_rest_shop_order_invalid_id"), "coupons": ("coupons", "woocommerce_rest_shop_coupon_invalid_id"),
    "variations": ("variations", "woocommerce_rest_product_variation_invalid_id"), "refunds": ("refunds", "woocommerce_rest_shop_order_refund_invalid_id"),
    "webhooks": ("webhooks", "woocommerce_rest_shop_webhook_invalid_id"),
}
FILTERED = {"products", "variations", "orders", "coupons", "refunds"}      # know modified_after; the others ignore it without a word
OLD_LACKS = {"variations", "products/brands", "refunds"}                   # in 7.9
KEYS = {f"ck_{d * 40}": (f"cs_{d * 40}", rights) for d, rights in (("1", "rw"), ("2", "r"), ("3", "w"), ("4", ""))}
PAGE = ("<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser before accessing the shop. "
        "Cloudflare <script>var a={\"id\":1};</script></body></html>")
UTC_OFFSET = datetime.timedelta(hours=2)


def read(path):
    return json.loads(pathlib.Path(path).read_bytes())


class Recorded:
    """Collections out of a folder of recordings."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.version = folder.name
        pages = lambda name: [row for f in sorted(folder.glob(name + "*.json")) for row in read(f)] if list(folder.glob(name + "*.json")) else []
        rows = {"products": pages("products/all.page"), "categories": pages("products/categories.page"), "tags": pages("products/tags.page"),
                "orders": pages("orders/all.page"), "reviews": pages("products/reviews-status-all.page"), "coupons": pages("coupons/all.page"),
                "customers": read(folder / "customers/role-all.json"), "webhooks": []}
        brands = read(next(folder.glob("products/brands*.json")))
        rows["brands"] = brands if isinstance(brands, list) else []
        rows["products"] += read(folder / "products/query-status_trash.json")
        every = read(folder / "products/all-variations.json")
        rows["variations"] = every if isinstance(every, list) else []
        if not rows["variations"]:
            for f in sorted(folder.glob("products/variations-*.json")):
                parent = int(re.search(r"variations-(\d+)", f.name).group(1))
                rows["variations"] += [dict(v, parent_id=parent) for v in read(f)]
        details = read(folder / "orders/all-refunds.json")
        known = {r["id"]: r for r in details} if isinstance(details, list) else {}
        for f in folder.glob("orders/refunds-of-*.json"):
            known.update((r["id"], r) for r in read(f))
        rows["refunds"] = [refund_of(o, s, known.get(s["id"])) for o in rows["orders"] for s in o["refunds"]]
        self.rows = rows
        settings = lambda name: read(folder / f"store/settings-{name}.json")
        self.settings = {"general": settings("general"), "tax": settings("tax"), "products": settings("products")}
        self.status = read(folder / "store/system_status-trimmed.json")


def refund_of(order, summary, detail):
    """A refund as the lists show it; where only the summary was recorded, the rest is made from the order."""
    row = copy.deepcopy(detail) if detail else {
        "id": summary["id"], "date_created": order["date_modified"], "date_created_gmt": order["date_modified_gmt"],
        "amount": summary["total"].lstrip("-"), "reason": summary["reason"], "refunded_by": 1, "refunded_payment": False, "meta_data": [],
        "line_items": [], "shipping_lines": [], "tax_lines": [], "fee_lines": []}
    row["parent_id"] = order["id"]
    return row


class Invented:
    """A shop from a seed, for machines without recordings."""

    def __init__(self, n, seed, version):
        self.version, draw = version, lambda *what: int(hashlib.sha256(repr((seed,) + what).encode()).hexdigest()[:8], 16)
        stamp = lambda k: (datetime.datetime(2026, 1, 1) + datetime.timedelta(minutes=97 * k)).isoformat()
        local = lambda k: (datetime.datetime(2026, 1, 1) + UTC_OFFSET + datetime.timedelta(minutes=97 * k)).isoformat()
        dates = lambda k: {"date_created": local(k), "date_created_gmt": stamp(k), "date_modified": local(k), "date_modified_gmt": stamp(k)}
        term = lambda i, name: {"id": i, "name": name, "slug": name.lower(), "description": "", "count": n // 4}
        cats = [dict(term(5 + i, f"Category {i} &amp; more"), parent=5 if i % 3 == 2 else 0, display="default", image=None, menu_order=i) for i in range(6)]
        tags, brands = [term(15 + i, f"tag{i}") for i in range(4)], [dict(term(20 + i, f"Brand {i}"), parent=0) for i in range(3)]
        products, variations, orders, refunds = [], [], [], []
        for i in range(n):
            pid, variable = 100 + 5 * i, i % 5 == 0
            p = {"id": pid, "name": f"Product {i} țesut", "slug": f"product-{i}", "permalink": f"http://shop.test/product-{i}/", **dates(i),
                 "type": "variable" if variable else "simple", "status": "draft" if i % 17 == 16 else "publish", "featured": i % 7 == 0,
                 "catalog_visibility": "visible", "description": f"<p>Text {i}</p>", "short_description": "", "sku": f"SKU-{i}",
                 "price": str(5 + draw("price", i) % 9000 / 100), "regular_price": "", "sale_price": "", "on_sale": False, "purchasable": True,
                 "total_sales": draw("sales", i) % 50, "virtual": False, "downloadable": False, "manage_stock": i % 2 == 0,
                 "stock_quantity": draw("stock", i) % 30 if i % 2 == 0 else None, "stock_status": "instock", "backorders": "no", "weight": "",
                 "dimensions": {"length": "", "width": "", "height": ""}, "average_rating": "4.50", "rating_count": 2, "upsell_ids": [],
                 "cross_sell_ids": [100], "parent_id": 0, "categories": [{"id": 5 + i % 6}], "tags": [{"id": 15 + i % 4}], "brands": [{"id": 20 + i % 3}],
                 "images": [{"id": 9000 + i, "src": f"http://shop.test/{i}.jpg", "name": f"{i}", "alt": ""}],
                 "attributes": [{"id": 1, "name": "Size", "slug": "pa_size", "visible": True, "variation": variable, "options": ["S", "M", "L"]}],
                 "variations": [pid + 1 + k for k in range(3)] if variable else [], "meta_data": [{"id": i, "key": "k", "value": {"a": 1}}]}
            products.append(p)
            for k, v in enumerate(p["variations"]):
                variations.append({**{f: p[f] for f in ("permalink", "on_sale", "purchasable", "virtual", "downloadable", "stock_status", "backorders",
                                                        "weight", "dimensions")}, **dates(i), "id": v, "type": "variation", "parent_id": pid, "status": "publish",
                                   "sku": f"SKU-{i}-{k}", "price": "9.5", "regular_price": "9.5", "sale_price": "", "description": "",
                                   "manage_stock": [False, True, "parent"][k], "stock_quantity": [None, 4, p["stock_quantity"]][k],
                                   "image": {"id": 9000 + i, "src": f"http://shop.test/{i}.jpg", "name": "x", "alt": ""},
                                   "attributes": [{"id": 1, "name": "Size", "option": "SML"[k]}], "menu_order": k, "meta_data": []})
        person = lambda i: {"first_name": f"Ana{i}", "last_name": "Șerban", "company": "", "city": "Iași", "state": "IS", "country": "RO",
                            "email": f"Ana{i}@example.test", "phone": "0700"}
        customers = [{"id": 1 + i, **dates(i), "email": f"ana{i}@example.test", "first_name": f"Ana{i}", "last_name": "Șerban", "username": f"ana{i}",
                      "role": "administrator" if i == 0 else "customer", "billing": person(i), "shipping": person(i), "is_paying_customer": i > 3,
                      "meta_data": []} for i in range(n // 2)]
        for i in range(2 * n):
            oid, guest = 20000 + 3 * i, i % 6 == 0
            items = [products[draw("item", i, k) % n] for k in range(1 + i % 3)]
            lines = [{"id": 10 * i + k, "name": p["name"], "product_id": p["id"], "variation_id": 0, "quantity": 1 + k, "tax_class": "",
                      "subtotal": "10.00", "subtotal_tax": "1.90", "total": "9.00", "total_tax": "1.71", "sku": p["sku"], "price": 9.0, "meta_data": []}
                     for k, p in enumerate(items, 1)]
            o = {"id": oid, "number": str(oid), "parent_id": 0, "status": ["completed", "processing", "refunded"][i % 3], "currency": "RON",
                 "version": version, "prices_include_tax": True, **dates(i), "discount_total": "1.00", "discount_tax": "0.19", "shipping_total": "4.20",
                 "shipping_tax": "0.80", "cart_tax": "1.71", "total": "33.10", "total_tax": "2.51", "customer_id": 0 if guest else 1 + i % len(customers),
                 "billing": person(i % 40), "shipping": person(i % 40), "payment_method": "cod", "payment_method_title": "Cash", "transaction_id": "",
                 "created_via": "checkout", "customer_note": "", "date_paid_gmt": stamp(i), "date_completed_gmt": None, "meta_data": [], "line_items": lines,
                 "tax_lines": [{"id": 10 * i + 5, "rate_code": "RO-1", "label": "TVA", "tax_total": "1.71", "shipping_tax_total": "0.80", "rate_percent": 19, "meta_data": []}],
                 "shipping_lines": [{"id": 10 * i + 6, "method_title": "Flat rate", "method_id": "flat_rate", "total": "4.20", "total_tax": "0.80", "meta_data": []}],
                 "fee_lines": [], "coupon_lines": [], "refunds": [{"id": oid + 1, "reason": "Returned", "total": "-9.00"}] if i % 3 == 2 else []}
            orders.append(o)
            for s in o["refunds"]:
                r = refund_of(o, s, None)
                r["line_items"] = [dict(lines[0], id=10 * i + 8, quantity=-1, total="-9.00")]
                refunds.append(r)
        reviews = [{"id": 50 + i, "date_created_gmt": stamp(i), "product_id": products[i % n]["id"], "status": "hold" if i % 9 == 8 else "approved",
                    "reviewer": "Ion", "reviewer_email": "ion@example.test", "review": "<p>bun</p>", "rating": 1 + i % 5, "verified": True} for i in range(n)]
        coupons = [{"id": 10 + i, "code": f"code{i}", "amount": "10.00", "status": "publish", **dates(i), "discount_type": "percent", "description": "",
                    "date_expires_gmt": None, "usage_count": i, "minimum_amount": "0.00", "maximum_amount": "0.00", "product_ids": [100], "meta_data": []}
                   for i in range(4)]
        self.rows = {"products": products, "variations": variations, "categories": cats, "tags": tags, "brands": brands if version[:2] in ("10", "11") else [],
                     "customers": customers, "orders": orders, "refunds": refunds, "reviews": reviews, "coupons": coupons, "webhooks": []}
        self.settings = {"general": [dict(id=f"woocommerce_{name}", value=value) for name, value in
                                     (("currency", "RON"), ("currency_pos", "right_space"), ("price_thousand_sep", "."), ("price_decimal_sep", ","),
                                      ("price_num_decimals", "2"))], "products": [],
                         "tax": [{"id": "woocommerce_prices_include_tax", "value": "yes"}, {"id": "woocommerce_tax_display_shop", "value": "incl"}]}
        self.status = {"environment": {"version": version, "language": "ro_RO"}, "settings": {
            "currency": "RON", "currency_symbol": "lei", "currency_position": "right_space", "thousand_separator": ".", "decimal_separator": ",",
            "number_of_decimals": 2}}


class Wrong(Exception):
    def __init__(self, status, code, message):
        self.status, self.body = status, {"code": code, "message": message, "data": {"status": status}}


class FakeShop:
    """The shop and its server. `rows` may be changed while it runs (under `lock`); `chaos` is {name: chance}."""

    def __init__(self, source, seed=1, chaos=None, prefix="", plain_permalinks=False, assume_https=False, cert=None, port=0, rest_off=False,
                 title="Coffee &amp; Clay", zone="Europe/Bucharest", pings=False):
        self.source, self.seed, self.chaos, self.prefix = source, seed, dict(chaos or {}), prefix
        self.plain, self.assume_https, self.rest_off, self.title, self.zone, self.pings = plain_permalinks, assume_https, rest_off, title, zone, pings
        self.rows = {name: {r["id"]: r for r in sorted(copy.deepcopy(rows), key=lambda r: r["id"])} for name, rows in source.rows.items()}
        self.version, self.lock = source.version, threading.RLock()
        self.old = not self.version.startswith(("10.", "11."))
        self.requests, self.asked, self.nonces, self.hang_s, self.retry_after = [], {}, set(), 0.3, "0"
        self.churned = []
        self.refused = {}                   # {"settings/general": 403}: of a key whose user may not see it, or 404 of a shop that has no such route
        shop = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *args): pass
            def answer(self): shop.handle(self)
            do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads, request_queue_size = True, 64
            def handle_error(self, request, client): pass

        self.server = Server(("127.0.0.1", port), Handler)
        self.tls = bool(cert)
        if cert:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(*cert)
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if cert else 'http'}://127.0.0.1:{self.port}{prefix}"

    def start(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    # ---- chance ----
    def happens(self, name, what):
        chance = self.chaos.get(name, 0)
        if not chance:
            return False
        if chance >= 1:
            return True
        with self.lock:
            k = self.asked[(name, what)] = self.asked.get((name, what), 0) + 1
        return int(hashlib.sha256(f"{self.seed}/{name}/{what}/{k}".encode()).hexdigest()[:8], 16) / 2**32 < chance

    # ---- one request ----
    def handle(self, h):
        length = int(h.headers.get("Content-Length") or 0)
        body = h.rfile.read(length) if length else b""
        target = urllib.parse.urlsplit(h.path)
        query = urllib.parse.parse_qsl(target.query, keep_blank_values=True)
        args = dict(query)
        if target.path == "/control":
            return self.send(h, 200, self.control(body))
        args_seen = {k: v for k, v in args.items() if not k.startswith("oauth_") and k not in ("_vt", "consumer_key", "consumer_secret")}
        what = f"{h.command} {target.path} {sorted(args_seen.items())}"
        with self.lock:
            self.requests.append(what)
        path = target.path[len(self.prefix):] if target.path.startswith(self.prefix) else None
        if self.happens("hang", what):
            time.sleep(self.hang_s)
            return self.close(h)
        if self.happens("disconnect", what):
            return self.close(h)
        if self.happens("error500", what):
            return self.send(h, 500, "<!DOCTYPE html><p>There has been a critical error on this website.</p>", html=True)
        if self.happens("gateway_timeout", what) or (self.happens("slow_pages", "") and int(args.get("per_page", "10")) > 20):
            return self.send(h, 504, "<html>504 Gateway Time-out</html>", html=True)
        if self.happens("html", what):
            return self.send(h, 200, PAGE, html=True)
        if self.happens("busy", what):
            return self.send(h, 429, {"code": "too_many", "message": "slow down"}, {"Retry-After": self.retry_after})
        try:
            if path is None:
                return self.send(h, 404, "<html>Not found</html>", html=True)
            route = self.route(path, args)
            if route is None:
                return self.send(h, 404, "<html><title>Page not found</title></html>", html=True)
            value, headers, status = self.serve(h, route, args, query, body, what)
            self.send(h, status, value, headers, what=what)
        except Wrong as w:
            self.send(h, w.status, w.body)

    def route(self, path, args):
        """The part behind /wp-json, or None for a page of WordPress."""
        if path.startswith("/wp-json"):
            return None if self.plain else path[8:] or "/"
        return args.get("rest_route") if path in ("", "/", "/index.php") and "rest_route" in args else None

    def serve(self, h, route, args, query, body, what):
        if self.rest_off:
            raise Wrong(401, "rest_login_required", "REST API restricted to authenticated users.")
        if route == "/":
            zone = {"timezone_string": self.zone, "gmt_offset": "2"} if "/" in self.zone else {"timezone_string": "", "gmt_offset": self.zone}
            return {"name": self.title, "description": "", "url": self.url, "home": self.url, "namespaces": ["wp/v2", "wc/v3"], **zone}, {}, 200
        if not route.startswith("/wc/v3"):
            raise Wrong(404, "rest_no_route", "No route was found matching the URL and request method.")
        rest = route[len("/wc/v3"):].strip("/")
        known = self.find(rest)
        self.authorize(h, args, query, h.command)
        if known is None or self.refused.get(rest) == 404:
            raise Wrong(404, "rest_no_route", "No route was found matching the URL and request method.")
        if self.refused.get(rest) == 403:
            raise Wrong(403, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        with self.lock:
            return known(h.command, args, body, what)

    # ---- keys ----
    def authorize(self, h, args, query, method):
        secure, key, secret = self.tls or self.assume_https, None, None
        if "rest_route" in args and "wp-json/wc/" not in h.path:   # class-wc-rest-authentication.php looks at the request line
            raise Wrong(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        basic = h.headers.get("Authorization", "")
        if secure and basic.startswith("Basic ") and not self.happens("drop_authorization", ""):
            key, _, secret = base64.b64decode(basic[6:]).decode().partition(":")
        elif secure and "consumer_key" in args:
            key, secret = args["consumer_key"], args.get("consumer_secret", "")
        elif not secure and "oauth_consumer_key" in args:
            key, secret = args["oauth_consumer_key"], self.check_oauth(h, args, query, method)
        rights = KEYS.get(key, (None, None))
        if rights[0] is None:
            raise Wrong(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        bad = lambda text: Wrong(401, "woocommerce_rest_authentication_error", text)
        if secret != rights[0]:
            raise bad("Consumer secret is invalid.")
        if rights[1] == "":
            raise Wrong(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        if method in ("GET", "HEAD") and "r" not in rights[1]:
            raise bad("The API key provided does not have read permissions.")
        if method not in ("GET", "HEAD", "OPTIONS") and "w" not in rights[1]:
            raise bad("The API key provided does not have write permissions.")

    def check_oauth(self, h, args, query, method):
        """RFC 5849 with HMAC-SHA256; returns the secret when the signature is right."""
        bad = lambda text: Wrong(401, "woocommerce_rest_authentication_error", text)
        if any(f"oauth_{p}" not in args for p in ("timestamp", "nonce", "signature", "signature_method")):
            raise Wrong(401, "woocommerce_rest_authentication_missing_parameter", "Missing OAuth parameters")
        if args["oauth_consumer_key"] not in KEYS:
            raise bad("Consumer key is invalid.")
        secret = KEYS[args["oauth_consumer_key"]][0]
        enc = lambda s: urllib.parse.quote(s, safe="-._~")
        pairs = sorted((enc(k), enc(v)) for k, v in query if k != "oauth_signature")
        url = f"http://{h.headers['Host']}{urllib.parse.urlsplit(h.path).path}"
        base = "&".join([method.upper(), enc(url), enc("&".join(f"{k}={v}" for k, v in pairs))])
        mac = base64.b64encode(hmac.new((secret + "&").encode(), base.encode(), hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(mac, args["oauth_signature"]):
            raise bad("Invalid signature - provided signature does not match.")
        if abs(time.time() - int(args["oauth_timestamp"])) > 900:
            raise bad("Invalid timestamp.")
        with self.lock:
            if args["oauth_nonce"] in self.nonces:
                raise bad("Invalid nonce - nonce has already been used.")
            self.nonces.add(args["oauth_nonce"])
        return secret

    # ---- routes ----
    def find(self, rest):
        if rest in OLD_LACKS and self.old:
            return None
        if rest == "webhooks/batch":
            return lambda method, args, body, what: self.batch(json.loads(body))
        if rest.startswith("settings/") and rest[9:] in self.source.settings:
            return lambda method, args, body, what: (self.cut(self.source.settings[rest[9:]], args), {}, 200)
        if rest == "system_status":
            return lambda method, args, body, what: (self.cut([self.source.status], args)[0], {}, 200)
        if rest in LISTS:
            return lambda method, args, body, what: self.list(rest, args, what) if method == "GET" else self.create(rest, json.loads(body))
        m = re.fullmatch(r"(products|orders)/(\d+)/(variations|refunds)", rest)
        if m:
            parent = int(m.group(2))
            return lambda method, args, body, what: self.sub_list(m.group(3), parent, args, what)
        m = re.fullmatch(r"(.+)/(\d+)", rest)
        if m and m.group(1) in LISTS and not (m.group(1) in OLD_LACKS and self.old):
            return lambda method, args, body, what: self.one(method, m.group(1), int(m.group(2)), args, body)
        return None

    @staticmethod
    def cut(rows, args):
        fields = args.get("_fields")
        return rows if not fields else [{k: v for k, v in r.items() if k in fields.split(",")} for r in rows]

    def one(self, method, route, i, args, body):
        name, code = LISTS[route]
        row = self.rows[name].get(i) or (self.rows["variations"].get(i) if name == "products" else None)
        if row is None:
            if name == "reviews" and self.old:
                raise Wrong(403, "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.")
            raise Wrong(400 if name == "webhooks" and self.old else 404, code, "Invalid ID.")
        if method in ("PUT", "POST"):
            row.update(json.loads(body))
        elif method == "DELETE":
            del self.rows[name][i]
        if name == "products" and i in self.rows["variations"]:
            row = dict(row, type="variation", images=[row["image"]] if row.get("image") else [], categories=[], tags=[])
        return self.cut([self.shown(name, row)], args)[0], {}, 200

    def create(self, route, row):
        name, i = LISTS[route][0], max([0, *self.rows[LISTS[route][0]]]) + 1
        row = dict(row, id=i)
        if name == "webhooks":
            resource, _, event = row["topic"].partition(".")
            row.update(resource=resource, event=event, status=row.get("status", "active"), failure_count=0)
            if self.pings:
                threading.Thread(target=deliver, args=(row["delivery_url"], f"webhook_id={i}".encode(), {"Content-Type": "application/x-www-form-urlencoded"}),
                                 daemon=True).start()
        self.rows[name][i] = row
        return self.shown(name, row), {}, 201

    def batch(self, wanted):
        gone = [self.rows["webhooks"].pop(i, {"id": i, "error": {"code": "woocommerce_rest_shop_webhook_invalid_id"}})
                for i in wanted.get("delete", [])]
        return {"delete": gone} if gone else [], {}, 200

    def shown(self, name, row):
        hidden = {"secret"} if name == "webhooks" else {"type", "parent_id", "name"} if name == "variations" and self.old else set()
        if name == "refunds" and self.old:
            hidden = {"parent_id"}
        return {k: v for k, v in row.items() if k not in hidden}

    def bound(self, text, args):
        """A moment in UTC: a zone in the text is honoured, none means the shop's own time; both a zone and dates_are_gmt shift it."""
        m = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(Z|[+-]\d\d:\d\d)?", text)
        if not m:
            raise Wrong(400, "rest_invalid_param", "Invalid parameter(s): modified_after")
        at, gmt = datetime.datetime.fromisoformat(m.group(1)), args.get("dates_are_gmt") == "true"
        if m.group(2):
            at = datetime.datetime.fromisoformat(m.group(1) + m.group(2).replace("Z", "+00:00")).astimezone(datetime.timezone.utc).replace(tzinfo=None)
            return at + (UTC_OFFSET if gmt else datetime.timedelta())
        return at if gmt else at - UTC_OFFSET

    def chosen(self, name, args):
        rows = list(self.rows[name].values())
        status = args.get("status")
        if name == "reviews":
            wanted = {"all": ("approved", "hold"), None: ("approved",)}.get(status, (status,))
            rows = [r for r in rows if r["status"] in wanted]
        elif name in ("products", "orders", "coupons"):
            rows = [r for r in rows if (r.get("status") == status if status not in (None, "", "any") else r.get("status") != "trash")]
        if name == "customers" and args.get("role") != "all":
            rows = [r for r in rows if r["role"] == args.get("role", "customer")]
        if args.get("include"):
            wanted = {int(i) for i in args["include"].split(",")}
            rows = [r for r in rows if r["id"] in wanted]
        for name_of, keep in (("modified_after", lambda a, b: a > b), ("modified_before", lambda a, b: a < b)):
            if args.get(name_of) and name in FILTERED:
                at = self.bound(args[name_of], args)
                rows = [r for r in rows if keep(datetime.datetime.fromisoformat(r.get("date_modified_gmt") or r["date_created_gmt"]), at)]
        return rows

    def list(self, route, args, what):
        name = LISTS[route][0]
        if self.happens("churn", what):
            self.churn(name)
        return self.page(name, self.chosen(name, args), args, what)

    def sub_list(self, kind, parent, args, what):
        if kind == "refunds" and parent not in self.rows["orders"]:
            raise Wrong(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
        value, headers, status = self.page(kind, [r for r in self.rows[kind].values() if r["parent_id"] == parent], args, what)
        if kind == "refunds":
            value = [{k: v for k, v in r.items() if k != "parent_id"} for r in value]
        return value, headers, status

    def page(self, name, rows, args, what):
        number = lambda key, otherwise, low, high: int(args[key]) if re.fullmatch(r"\d+", args.get(key, "")) and low <= int(args[key]) <= high else \
            otherwise if key not in args else self.bad_parameter(key)
        per_page, page, offset = number("per_page", 10, 1, 100), number("page", 1, 1, 10**9), number("offset", 0, 0, 10**9)
        if self.happens("ignore_per_page", ""):
            per_page = 10
        newest_first = self.happens("ignore_order", "") or args.get("orderby", "date") != "id"
        rows = sorted(rows, key=lambda r: (r.get("date_created_gmt") or "", r["id"]) if newest_first else r["id"],
                      reverse=newest_first or args.get("order", "desc") == "desc")
        start = offset if offset and not self.happens("ignore_offset", "") else (page - 1) * per_page
        total, shown = len(rows), rows[start:start + per_page]
        if shown and self.happens("lost_page", what):
            shown = []
        if len(shown) > 2 and self.happens("lost_rows", what):
            shown = shown[:1] + shown[2:]
        headers = {} if self.happens("no_totals", "") else {"X-WP-Total": str(total), "X-WP-TotalPages": str(-(-total // per_page))}
        if self.happens("lower_headers", ""):
            headers = {k.lower(): v for k, v in headers.items()}
        return self.cut([self.shown(name, r) for r in shown], args), headers, 200

    @staticmethod
    def bad_parameter(key):
        raise Wrong(400, "rest_invalid_param", f"Invalid parameter(s): {key}")

    # ---- rows that come and go ----
    def add_churn(self, name, n):
        """Rows with the smallest ids, which go away one by one while lists are read."""
        some = next(r for r in self.rows[name].values() if r.get("status") != "trash")
        fresh = {-i: None for i in ()}
        for i in range(1, 100000):
            if len(fresh) == n or i >= min(self.rows[name]):
                break
            if i not in self.rows[name]:
                fresh[i] = dict(copy.deepcopy(some), id=i, sku="", variations=[], refunds=[], line_items=[], email=f"churn{i}@example.test", slug=f"churn{i}")
        self.rows[name] = {**fresh, **self.rows[name]}
        self.churned.append((name, list(fresh)))

    def churn(self, name):
        for which, ids in self.churned:
            if which == name and ids:
                self.rows[name].pop(ids.pop(0), None)

    # ---- answers ----
    def send(self, h, status, value, headers=None, html=False, what=""):
        body = value.encode() if html else json.dumps(value, ensure_ascii=True).encode()
        if not html and what and self.happens("dirt", what):
            body = b"\xef\xbb\xbf\n<br />\n<b>Notice</b>: Undefined index: x in <b>/var/www/[a]{b}.php</b> on line <b>12</b><br />\n" + body + b"<!-- cached -->"
        cut = what and len(body) > 40 and self.happens("truncate", what)
        if self.happens("http10", what):
            h.protocol_version = "HTTP/1.0"
            h.close_connection = True
        h.send_response(status)
        h.send_header("Content-Type", "text/html; charset=UTF-8" if html else "application/json; charset=UTF-8")
        for k, v in (headers or {}).items():
            h.send_header(k, v)
        if h.protocol_version == "HTTP/1.1":
            h.send_header("Content-Length", str(len(body)))
        h.end_headers()
        if h.command != "HEAD":
            h.wfile.write(body[:len(body) // 2] if cut else body)
        if cut:
            self.close(h)

    @staticmethod
    def close(h):
        h.close_connection = True
        try:
            h.wfile.flush()
            h.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def control(self, body):
        with self.lock:
            order = json.loads(body) if body else {}
            if order.get("clear"):
                self.chaos = {}
            self.chaos.update(order.get("chaos", {}))
            if "remove" in order:
                self.rows[order["remove"][0]].pop(order["remove"][1], None)
            if "change" in order:
                self.rows[order["change"][0]][order["change"][1]].update(order["change"][2])
            return {"version": self.version, "chaos": self.chaos, "requests": len(self.requests), "rows": {k: len(v) for k, v in self.rows.items()}}


# ---- webhooks ----
def signature(secret, body):
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def deliver(url, body, headers, timeout=10):
    """POST as WooCommerce does: HTTP/1.0, one connection each. Returns (status, answer)."""
    u = urllib.parse.urlsplit(url)
    target = (u.path or "/") + (f"?{u.query}" if u.query else "")
    head = f"POST {target} HTTP/1.0\r\nHost: {u.netloc}\r\nContent-Length: {len(body)}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())
    with socket.create_connection((u.hostname, u.port or 80), timeout=timeout) as s:
        s.sendall(head.encode("latin-1") + b"\r\n" + body)
        answer = b""
        while chunk := s.recv(65536):
            answer += chunk
    status, _, content = answer.partition(b"\r\n\r\n")
    return int(status.split()[1]), content


def send_webhook(url, topic, value, secret, webhook_id=1):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    resource, _, event = topic.partition(".")
    return deliver(url, body, {"Content-Type": "application/json", "User-Agent": "WooCommerce/11.0.1 Hookshot (WordPress/7.0)",
                               "X-WC-Webhook-Topic": topic, "X-WC-Webhook-Resource": resource, "X-WC-Webhook-Event": event,
                               "X-WC-Webhook-Signature": signature(secret, body), "X-WC-Webhook-ID": str(webhook_id)})


def recorded_deliveries(folder):
    """(name, topic or '', headers, raw body) of each recorded delivery, in order."""
    for head in sorted(pathlib.Path(folder).glob("*.head")):
        headers = dict(line.split(": ", 1) for line in head.read_text().splitlines()[1:] if ": " in line)
        keep = {k: v for k, v in headers.items() if k.startswith(("X-WC-", "Content-Type", "User-Agent"))}
        yield head.stem, headers.get("X-WC-Webhook-Topic", ""), keep, head.with_suffix(".body").read_bytes()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--recordings"), p.add_argument("--generate", type=int, default=60), p.add_argument("--version", default="11.0.1")
    p.add_argument("--seed", type=int, default=1), p.add_argument("--port", type=int, default=0), p.add_argument("--prefix", default="")
    p.add_argument("--chaos", action="append", default=[], metavar="NAME=CHANCE", help=", ".join(CHAOS))
    p.add_argument("--plain-permalinks", action="store_true"), p.add_argument("--assume-https", action="store_true")
    p.add_argument("--rest-off", action="store_true"), p.add_argument("--cert"), p.add_argument("--cert-key")
    p.add_argument("--replay"), p.add_argument("--to")
    a = p.parse_args()
    if a.replay:
        for name, topic, headers, body in recorded_deliveries(a.replay):
            print(name, *deliver(a.to + topic.replace(".", "-"), body, headers))
        return
    source = Recorded(a.recordings) if a.recordings else Invented(a.generate, a.seed, a.version)
    chaos = {name: float(chance) for name, _, chance in (c.partition("=") for c in a.chaos)}
    if unknown := set(chaos) - set(CHAOS):
        p.error(f"unknown chaos: {', '.join(unknown)}")
    shop = FakeShop(source, a.seed, chaos, a.prefix, a.plain_permalinks, a.assume_https, (a.cert, a.cert_key) if a.cert else None, a.port, a.rest_off)
    print(f"{shop.url} (WooCommerce {shop.version}), key ck_{'1' * 40} secret cs_{'1' * 40}", flush=True)
    shop.server.serve_forever()


if __name__ == "__main__":
    main()
