"""Says hello over HTTP with Python's own http.server, at the address and port that the environment names."""

import json
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from version import version

here = os.path.dirname(os.path.abspath(__file__))
port = int(os.environ.get('PORT', 8084))


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == '/':
            self.answer({'hello': 'world', 'version': version, 'client': self.client_address[0]})
        elif url.path == '/health':
            self.answer({'ok': True})
        elif url.path == '/slow':
            # A request that takes long: ?ms=3000
            time.sleep(int(parse_qs(url.query).get('ms', ['3000'])[0]) / 1000)
            self.answer({'slept': True, 'version': version})
        elif url.path == '/file':
            # A file of the app's own
            with open(os.path.join(here, 'data/message.txt'), 'rb') as file:
                self.send(200, 'text/plain', file.read())
        else:
            self.answer({'error': 'not found'}, 404)

    def answer(self, content, status=200):
        self.send(status, 'application/json', json.dumps(content).encode())

    def send(self, status, content_type, body):
        self.send_response(status)
        self.send_header('Content-Type', content_type)
        self.send_header('Content-Length', str(len(body)))
        self.send_header('X-Version', version)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 1024


class Server6(Server):
    address_family = socket.AF_INET6


if __name__ == '__main__':
    if 'HOST6' in os.environ:
        threading.Thread(target=Server6((os.environ['HOST6'], port), Hello).serve_forever, daemon=True).start()
    Server((os.environ.get('HOST', '127.0.0.1'), port), Hello).serve_forever()
