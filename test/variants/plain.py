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
    checks = 0

    def do_GET(self):
        if kind == 'hangs':
            time.sleep(3600)
        if self.path == '/health':
            Broken.checks += 1
        # By count and not by the clock, with which a check may happen to be in step.
        fine = kind == 'flaps' and self.path == '/health' and Broken.checks % 2
        self.send_response(200 if fine else 500)
        self.send_header('Content-Length', '0')
        self.send_header('X-Version', version)
        self.end_headers()


HTTPServer((os.environ['HOST'], int(os.environ['PORT'])), Broken).serve_forever()
