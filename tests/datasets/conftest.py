"""A data set of a few bytes and the sources it can come from."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from deep_oversampling.datasets.catalogue import SPLITS, Dataset, md5_digest


@pytest.fixture(scope="session")
def idx_bytes():
    def write(array):
        header = [0x0801 if array.ndim == 1 else 0x0803, *array.shape]
        return np.array(header, ">u4").tobytes() + array.tobytes()

    return write


@pytest.fixture(scope="session")
def contents(idx_bytes):
    """The four unpacked files by name: 5 training and 3 test images of 4 by 3 pixels."""
    rng = np.random.default_rng(0)
    files = {}
    for split, count in (("train", 5), ("test", 3)):
        images, labels = SPLITS[split]
        files[images] = idx_bytes(rng.integers(0, 256, (count, 4, 3), np.uint8))
        files[labels] = idx_bytes(rng.integers(0, 2, count, np.uint8))
    return files


@pytest.fixture(scope="session")
def tiny(contents):
    return Dataset(
        name="tiny",
        title="Tiny",
        classes=("a", "b"),
        mirrors=(),
        md5={name: md5_digest(content) for name, content in contents.items()},
        image_shape=(4, 3),
    )


@pytest.fixture
def put(contents):
    """Write the four files into a folder, packed or not."""

    def write(folder, packed=False):
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            path = folder / (f"{name}.gz" if packed else name)
            path.write_bytes(gzip.compress(content) if packed else content)
        return folder

    return write


class _Site:
    def __init__(self, address):
        self.address = address
        self.files = {}
        self.announced_length = {}
        self.requested = []


@pytest.fixture
def site(monkeypatch, contents):
    """A loopback server with folders of files; ``good/`` has the packed originals."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.removeprefix("/")
            served.requested.append(path)
            if path not in served.files:
                self.send_error(404)
                return
            body = served.files[path]
            self.send_response(200)
            self.send_header("Content-Length", str(served.announced_length.get(path, len(body))))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = _Site(f"http://127.0.0.1:{server.server_port}/")
    served.files = {f"good/{name}.gz": gzip.compress(content) for name, content in contents.items()}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()
