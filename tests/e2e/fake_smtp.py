"""A mail server on this machine that keeps what it is given; it can be told to be out of order."""
import email, email.policy, socketserver, threading


class Handler(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        desk, data = self.server, None
        self.say("220 fake" if desk.works else "421 out of order")
        for line in self.rfile if desk.works else ():
            if data is not None:
                if line == b".\r\n":
                    desk.messages.append(email.message_from_bytes(b"".join(data), policy=email.policy.default))
                    data = None
                    self.say("250 taken")
                else:
                    data.append(line[1:] if line.startswith(b"..") else line)
            elif line.upper().startswith(b"DATA"):
                data = []
                self.say("354 go on")
            elif line.upper().startswith(b"QUIT"):
                return self.say("221 bye")
            else:
                self.say("250 fine")


class FakeSmtp(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.messages, self.works = [], True
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()
