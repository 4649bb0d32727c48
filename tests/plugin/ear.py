"""A stand-in for the server that only listens: keeps the messages of signed batches, or fails, hangs and lies on request."""
import hashlib, hmac, http.server, json, threading, time
import shop


class Ear:
    """`messages` in order of arrival, `wrong` signatures, `requests` ("METHOD path"). `mood`: fine, error500, hang (`hang_s`), html, refuse400."""

    def __init__(self, mood="fine", hang_s=3.0):
        self.messages, self.wrong, self.requests, self.mood, self.hang_s = [], [], [], mood, hang_s
        ear = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *args): pass
            def handle_one(self): ear.hear(self)
            do_GET = do_POST = do_DELETE = handle_one

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            def handle_error(self, request, client): pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        shop.lib.afterwards(self.stop)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def hear(self, h):
        body = h.rfile.read(int(h.headers.get("Content-Length") or 0))
        self.requests.append(f"{h.command} {h.path}")
        if self.mood == "hang":
            time.sleep(self.hang_s)
        status, answer = {"error500": (500, {"error": {"code": "internal", "message": "No."}}), "html": (200, "<html>hello</html>"),
                          "refuse400": (400, {"error": {"code": "invalid", "message": "no"}})}.get(self.mood, (200, None))
        if answer is None:
            answer = self.take(h, body) if h.path == "/api/v1/plugin/batch" else {"items": []}
        text = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        h.send_response(status)
        h.send_header("Content-Type", "text/html" if isinstance(answer, str) else "application/json")
        h.send_header("Content-Length", str(len(text)))
        h.end_headers()
        h.wfile.write(text)

    def take(self, h, body):
        mac = hmac.new(shop.SECRET.encode(), f"{h.headers['X-Vitrine-Time']}.".encode() + body, hashlib.sha256).hexdigest()
        if mac != h.headers["X-Vitrine-Signature"] or h.headers["X-Vitrine-Store"] != "3" or abs(int(h.headers["X-Vitrine-Time"]) - time.time()) > 600:
            self.wrong.append(dict(h.headers))
        messages = json.loads(body)["messages"]
        self.messages += messages
        return {"accepted": len(messages), "repeated": 0, "rejected": []}

    def of(self, kind):
        return [message for message in self.messages if message["kind"] == kind]
