"""The example, wrong on purpose in the way that version.py names. Put in the place of its server.py."""

import os
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from version import variant, version

kind, _, seconds = variant.partition('=')

if kind == 'exits-at-once':
    print('variant: cannot start: the database is not there', flush=True)
    os._exit(3)
if kind == 'exits-after-1s':
    threading.Timer(1, lambda: os._exit(4)).start()
if kind == 'never-listens':
    time.sleep(3600)
if kind == 'answers-after':
    time.sleep(float(seconds))


class Broken(BaseHTTPRequestHandler):
    def do_GET(self):
        if kind == 'hangs':
            time.sleep(3600)
        self.send_response(500)
        self.send_header('Content-Length', '0')
        self.send_header('X-Version', version)
        self.end_headers()


HTTPServer((os.environ['HOST'], int(os.environ['PORT'])), Broken).serve_forever()
