"""Says hello over HTTP. gunicorn's plain workers close each connection after its answer, and finish on SIGTERM."""

import json
import os
import time
from urllib.parse import parse_qs

from version import version

here = os.path.dirname(os.path.abspath(__file__))


def app(environ, start_response):
    query = {key: values[0] for key, values in parse_qs(environ['QUERY_STRING']).items()}
    path = environ['PATH_INFO']
    if path == '/':
        return answer(start_response, {'hello': 'world', 'version': version})
    if path == '/health':
        return answer(start_response, {'ok': True})
    if path == '/slow':
        # A request that takes long: ?ms=3000
        time.sleep(float(query.get('ms', 3000)) / 1000)
        return answer(start_response, {'slept': True, 'version': version})
    if path == '/download':
        # A long download of known length: ?seconds=20, ten pieces a second
        pieces = round(float(query.get('seconds', 20)) * 10)
        start_response('200 OK', headers('application/octet-stream', pieces * 1024))
        return download(pieces)
    if path == '/file':
        # A file of the app's own
        with open(os.path.join(here, 'data/message.txt'), 'rb') as file:
            content = file.read()
        start_response('200 OK', headers('text/plain', len(content)))
        return [content]
    return answer(start_response, {'error': 'not found'}, '404 Not Found')


def download(pieces):
    for _ in range(pieces):
        yield b'x' * 1024
        time.sleep(0.1)


def answer(start_response, content, status='200 OK'):
    body = json.dumps(content).encode()
    start_response(status, headers('application/json', len(body)))
    return [body]


def headers(content_type, length):
    return [('Content-Type', content_type), ('Content-Length', str(length)), ('X-Version', version)]
