"""The example, wrong on purpose in the way that version.py names. Put in the place of its hello.py."""

import os
import threading
import time

from version import variant, version

kind, _, seconds = variant.partition('=')

if kind == 'exits-at-once':
    print('variant: cannot start: the database is not there', flush=True)
    os._exit(3)
if kind == 'exits-after-1s':
    threading.Timer(1, lambda: os.kill(os.getppid(), 9)).start()
if kind == 'never-listens':
    time.sleep(3600)
if kind == 'answers-after':
    time.sleep(float(seconds))


def checks():
    # Of all workers: by count and not by the clock, with which a check may happen to be in step.
    with open('/tmp/checks', 'ab') as asked:
        asked.write(b'.')
        return asked.tell()


def app(environ, start_response):
    if kind == 'hangs':
        time.sleep(3600)
    if kind == 'flaps' and environ['PATH_INFO'] == '/health' and checks() % 2:
        start_response('200 OK', [('Content-Length', '6'), ('X-Version', version)])
        return [b'better']
    start_response('500 Internal Server Error', [('Content-Length', '6'), ('X-Version', version)])
    return [b'broken']
