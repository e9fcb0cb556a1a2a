"""A long body is refused whether it says so or not, in process and over real sockets."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from unit.api.edge.toy import make_toy

LIMIT = 64 * 1024
TESTS = Path(__file__).parents[3]
JSON = {"Content-Type": "application/json"}


def named(length):
    """A right body of a length."""
    return b'{"name":"x"' + b" " * (length - 12) + b"}"


def chunks(body, size=16_384):
    return (body[start : start + size] for start in range(0, len(body), size))


def post(port, path, body):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        # In chunks, a server may answer before it has read everything, and close. A length it reads to the end.
        early = () if isinstance(body, bytes) else (BrokenPipeError, ConnectionResetError)
        with suppress(*early):
            connection.request("POST", path, body, JSON)
        with closing(connection.getresponse()) as response:
            return response.status, response.getheader("Content-Type"), response.read()


@pytest.fixture(scope="module")
def werkzeug_port():
    server = make_server("127.0.0.1", 0, make_toy(), threaded=True)
    server.log = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def granian_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["granian", "--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    log = subprocess.DEVNULL
    target = "unit.api.edge.toy:make_toy"
    arguments = [sys.executable, "-m", *command, "--no-ws", target]
    with subprocess.Popen(arguments, env=environment, stdout=log, stderr=log) as server:
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the server did not start")


@pytest.fixture(params=["werkzeug", "granian"])
def port(request):
    return request.getfixturevalue(f"{request.param}_port")


@pytest.mark.parametrize("path", ["/v1/things", "/v1/bodiless"])
def test_ten_megabytes_with_a_length_are_413(path, port):
    status, media, body = post(port, path, named(10_000_000))
    assert (status, media) == (413, "application/problem+json")
    assert b"/problems/payload_too_large" in body


@pytest.mark.parametrize("path", ["/v1/things", "/v1/bodiless"])
def test_ten_megabytes_in_chunks_are_413(path, port):
    body = chunks(named(10_000_000))
    status, media, answer = post(port, path, body)
    assert (status, media) == (413, "application/problem+json")
    assert b"/problems/payload_too_large" in answer


def test_a_body_at_the_limit_is_read(port):
    assert post(port, "/v1/things", named(LIMIT))[0] == 201


def test_a_body_in_chunks_is_read(port):
    assert post(port, "/v1/things", chunks(named(LIMIT - 1)))[0] == 201
    assert post(port, "/v1/things", chunks(named(100), 7))[0] == 201


def test_one_byte_more_than_the_limit_is_413(port):
    assert post(port, "/v1/things", named(LIMIT + 1))[0] == 413
    assert post(port, "/v1/things", chunks(named(LIMIT + 1)))[0] == 413


def test_a_body_cut_off_at_the_limit_is_not_taken_for_the_whole(port):
    whole = named(LIMIT)
    assert post(port, "/v1/things", chunks(whole + b"more"))[0] == 413


def test_the_server_does_not_name_its_software(granian_port):
    with closing(http.client.HTTPConnection("127.0.0.1", granian_port, timeout=20)) as connection:
        connection.request("GET", "/nowhere")
        with closing(connection.getresponse()) as response:
            assert response.headers.get_all("Server") == ["passport"]


def test_chunks_on_a_server_that_cannot_end_them_are_a_bad_request(client, fields_of):
    response = client.post("/v1/things", headers={**JSON, "Transfer-Encoding": "chunked"})
    fields_of(response, "bad_request", 400)


def test_the_limit_is_a_setting(fields_of):
    client = make_toy(max_body_bytes=20).test_client()
    fields_of(client.post("/v1/things", data=b" " * 21, headers=JSON), "payload_too_large", 413)
    assert client.post("/v1/things", data=b'{"name": "x"}', headers=JSON).status_code == 201
