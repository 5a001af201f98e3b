"""A mail server on loopback that speaks as much SMTP as a client needs, and keeps what it was given."""

import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default


class Talk(socketserver.StreamRequestHandler):
    """One client."""

    def handle(self):
        self.say("220 loopback")
        to = []
        while line := self.rfile.readline():
            word = line.split(b":")[0].strip().upper()
            if word.startswith(b"RCPT TO"):
                to.append(line.partition(b"<")[2].partition(b">")[0].decode())
                self.say(self.server.answers.pop(0) if self.server.answers else "250 yes")
            elif word == b"DATA":
                self.say("354 go on")
                self.server.got.append((to, message_from_bytes(self.body(), policy=default)))
                self.say("250 kept")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 yes")

    def body(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines)

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    """``got``: recipients and message of each mail; ``answers``: what is said to the next recipients."""

    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def a_mail_server():
    """Runs for as long as the block lasts; ``server.server_address`` is where."""
    with Server(("127.0.0.1", 0), Talk) as server:
        server.got, server.answers = [], []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
