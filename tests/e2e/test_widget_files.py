"""The widget's files over real sockets: cache headers, both forms, integrity; and events sent as a page that is being left sends them."""
import base64, gzip, hashlib, json, re
import lib, test_api


def test_the_loader_and_its_parts_are_served_as_browsers_want_them():
    shop = test_api.Shop()
    status, headers, plain = shop.server.request("GET", "/v.js", headers={"Origin": "https://anywhere.example"})
    assert status == 200 and headers["content-type"].startswith("text/javascript"), (status, headers)
    assert headers["cache-control"] == "public, max-age=300, stale-while-revalidate=86400" and "content-encoding" not in headers
    assert headers["access-control-allow-origin"] == "*" and headers["vary"] == "Accept-Encoding"
    status, zipped, small = shop.server.request("GET", "/v.js", headers={"Accept-Encoding": "gzip, br"})
    assert zipped["content-encoding"] == "gzip" and gzip.decompress(small) == plain and len(small) <= 14 * 1024, len(small)
    assert zipped["etag"] != headers["etag"]
    status, _, body = shop.server.request("GET", "/v.js", headers={"If-None-Match": f'W/"x", {headers["etag"]}'})
    assert status == 304 and not body
    status, _, body = shop.server.request("GET", "/v.js", headers={"If-None-Match": headers["etag"], "Accept-Encoding": "gzip"})
    assert status == 200 and body == small

    parts = re.findall(r'"([a-z]+\.[0-9a-f]{12}\.js)",\s*"(sha384-[^"]+)"', plain.decode())
    assert parts
    for name, integrity in parts:
        status, headers, body = shop.server.request("GET", f"/w/{name}")
        assert status == 200 and headers["cache-control"] == "public, max-age=31536000, immutable", (name, headers)
        assert integrity == "sha384-" + base64.b64encode(hashlib.sha384(body).digest()).decode()
    for wrong in ("/w/v.js", "/w/cards.000000000000.js", "/w/..%2fv.js"):
        assert shop.server.request("GET", wrong)[0] == 404, wrong


def test_a_beacon_needs_no_question_beforehand():
    shop = test_api.Shop()
    event = {"events": [{"type": "view", "product_id": "2001", "visitor_id": "v-1", "id": "e-1"}]}
    for _ in range(2):
        status, headers, body = shop.server.request("POST", f"/api/v1/events/track?key={shop.public}", json.dumps(event),
                                                    {"Content-Type": "text/plain;charset=UTF-8", "Origin": "https://demo.example"})
        assert status == 200 and headers["access-control-allow-origin"] == "https://demo.example", (status, body)
    assert json.loads(body) == {"accepted": 0, "repeated": 1, "rejected": []}, body
