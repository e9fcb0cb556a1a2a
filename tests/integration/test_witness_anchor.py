"""A witness as the log's anchor: held against a witness that really runs, and against servers that mean harm."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from passport_api import exchange
from passport_api.anchors.contract import Anchor, AnchorDiverged, AnchorUnavailable
from passport_api.anchors.witness import WitnessAnchor, parse
from passport_api.config import SettingInvalid
from passport_api.domain.cosignatures import cosigned_at, cosigner_key
from passport_api.witness.cosigning import Witness
from passport_api.witness.http import build
from passport_keys.signing import SigningKey, verify
from support.at_once import at_once
from support.witnesses import NAME, MemoryLog

NOW = 1_800_000_000


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(application: Callable) -> Iterator[str]:
    """Serve a WSGI application on a real socket; gives its address."""
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog().grown(60)


@pytest.fixture
def witness(log: MemoryLog, tmp_path: Path) -> Witness:
    return Witness.opened(tmp_path / "state", NAME, [log.verifier], lambda: NOW)


@pytest.fixture
def anchor(witness: Witness) -> Iterator[WitnessAnchor]:
    with serving(build(witness)) as url:
        yield anchored_at(url, witness)


def anchored_at(url: str, witness: Witness) -> WitnessAnchor:
    return parse(f"witness:{url}#{cosigner_key(witness.name, witness.cosigner.public_key)}")


def test_nothing_is_kept_before_the_first_update_and_the_cosigned_checkpoint_after_it(
    anchor: WitnessAnchor, witness: Witness, log: MemoryLog
) -> None:
    contract: Anchor = anchor
    assert contract.kept(log) is None
    assert not contract.keeps_endings
    for size in (60, 61, 61, 300):
        log.grown(size)
        taken = contract.update(log)
        assert taken.checkpoint == log.checkpoint()
        assert log.opened(taken.note) == log.checkpoint().body()
        assert cosigned_at(taken.note, witness.cosigner, verify) == NOW
        assert contract.kept(log) == taken


def test_a_worker_that_does_not_know_what_others_had_cosigned_learns_it(
    anchor: WitnessAnchor, witness: Witness, log: MemoryLog
) -> None:
    anchor.update(log)
    other = parse(f"witness:{anchor.label.rsplit(' ', 1)[1]}#{cosigner_key(NAME, witness.cosigner.public_key)}")
    assert other.update(log.grown(70)).checkpoint.size == 70
    assert anchor.update(log.grown(80)).checkpoint.size == 80


def test_many_workers_at_once_all_end_with_a_cosigned_checkpoint(
    anchor: WitnessAnchor, witness: Witness, log: MemoryLog
) -> None:
    taken = at_once([lambda: anchor.update(log)] * 6)
    assert {each.checkpoint.size for each in taken} == {60}


def test_a_log_that_was_rolled_back_has_diverged(anchor: WitnessAnchor, log: MemoryLog) -> None:
    anchor.update(log)
    with pytest.raises(AnchorDiverged) as caught:
        anchor.update(log.cut(40))
    assert "60 entries" in caught.value.what
    assert "40" in caught.value.what
    kept = anchor.kept(log.cut(40))
    assert kept is not None
    assert not log.cut(40).holds(kept.checkpoint)


def test_a_forged_history_under_the_right_key_has_diverged_whether_longer_or_not(
    anchor: WitnessAnchor, log: MemoryLog
) -> None:
    anchor.update(log)
    for size in (60, 90):
        forged = MemoryLog(b"another", key=log.key).grown(size)
        with pytest.raises(AnchorDiverged, match="another history"):
            anchor.update(forged)
        kept = anchor.kept(forged)
        assert kept is not None
        assert not forged.holds(kept.checkpoint)


def test_a_log_whose_key_is_another_finds_a_checkpoint_that_it_never_signed(
    anchor: WitnessAnchor, log: MemoryLog
) -> None:
    anchor.update(log)
    with pytest.raises(AnchorDiverged, match="no key of this log"):
        anchor.kept(MemoryLog().grown(60))


def test_a_generation_that_the_witness_does_not_watch_is_not_taken(anchor: WitnessAnchor, log: MemoryLog) -> None:
    later = MemoryLog(origin=f"{log.origin}/2", key=log.key).grown(3)
    assert anchor.kept(later) is None
    with pytest.raises(AnchorUnavailable, match="404"):
        anchor.update(later)


def test_a_witness_that_lost_its_memory_is_told_again(anchor: WitnessAnchor, log: MemoryLog, tmp_path: Path) -> None:
    anchor.update(log)
    for kept in (tmp_path / "state/logs").iterdir():
        kept.unlink()
    assert anchor.update(log.grown(70)).checkpoint.size == 70


def test_a_log_that_grew_while_others_had_it_cosigned_has_not_diverged(anchor: WitnessAnchor, log: MemoryLog) -> None:
    """The witness names a size that the log had not when it was read, and has when it is read again."""

    class Growing(MemoryLog):
        def newest(self):
            read = super().newest()
            if self.size == 60:
                anchor.update(log.grown(65))
                self.grown(65)
            return read

    assert anchor.update(Growing(key=log.key).grown(60)).checkpoint.size == 65


# Servers that mean harm.


def answering(status: str, body: bytes, **headers: str) -> Callable:
    def application(_environ, start_response):
        start_response(status, [("Content-Length", str(len(body))), *headers.items()])
        return [body]

    return application


def refused(url: str, witness: Witness, log: MemoryLog, say: str = ".") -> None:
    """Both ways of asking say that the witness cannot be used now, with its name and without its words."""
    anchor = anchored_at(url, witness)
    for ask in (anchor.kept, anchor.update):
        with pytest.raises(AnchorUnavailable, match=say) as caught:
            ask(log)
        assert NAME in str(caught.value)
        assert "<script>" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("200 OK", b"<script>garbage</script>"),
        ("200 OK", b""),
        ("200 OK", b"\xff\xfe"),
        ("200 OK", "— witness.example/w1 AAAA\n".encode()),
        ("500 Internal Server Error", b"no"),
        ("503 Service Unavailable", b"no"),
        ("403 Forbidden", b"no"),
        ("302 Found", b""),
        ("200 OK", b"x" * (exchange.MAX_ANSWER_BYTES + 1)),
    ],
)
def test_an_answer_that_is_not_the_witnesss_is_not_taken(
    status: str, body: bytes, witness: Witness, log: MemoryLog
) -> None:
    with serving(answering(status, body)) as url:
        refused(url, witness, log)


@pytest.mark.parametrize("body", [b"", b"many\n", b"060\n", b"-1\n", b"60", b"60\n\n", b"9" * 5000 + b"\n"])
def test_a_conflict_without_a_size_is_not_taken(body: bytes, witness: Witness, log: MemoryLog) -> None:
    with serving(answering("409 Conflict", body)) as url, pytest.raises(AnchorUnavailable, match="conflict"):
        anchored_at(url, witness).update(log)


def test_a_server_that_answers_conflicts_for_ever_is_left(witness: Witness, log: MemoryLog) -> None:
    with serving(answering("409 Conflict", b"7\n")) as url, pytest.raises(AnchorUnavailable, match="faster"):
        anchored_at(url, witness).update(log)


def test_a_redirect_is_not_followed(witness: Witness, log: MemoryLog, anchor: WitnessAnchor) -> None:
    anchor.update(log)
    true = anchor.label.rsplit(" ", 1)[1]

    def away(environ, start_response):
        start_response("307 Temporary Redirect", [("Location", true + environ["PATH_INFO"])])
        return [b""]

    with serving(away) as url:
        refused(url, witness, log, "307")


def test_a_cosignature_by_another_key_is_not_taken(witness: Witness, log: MemoryLog, tmp_path: Path) -> None:
    impostor = Witness.opened(tmp_path / "impostor", NAME, [log.verifier], lambda: NOW)
    assert isinstance(impostor.add_checkpoint(log.asks(0, 50)), str)
    with serving(build(impostor)) as url:
        refused(url, witness, log, "not cosigned by its key")


def test_a_cosignature_of_an_older_checkpoint_is_not_taken_for_this_one(witness: Witness, log: MemoryLog) -> None:
    old = witness.add_checkpoint(log.asks(0, 50))
    assert isinstance(old, str)
    with serving(answering("200 OK", old.encode())) as url, pytest.raises(AnchorUnavailable, match="bad signature"):
        anchored_at(url, witness).update(log)


def test_only_the_witnesss_own_line_is_added_to_the_note(witness: Witness, log: MemoryLog) -> None:
    own = witness.add_checkpoint(log.asks(0, 60))
    assert isinstance(own, str)
    stranger = own.replace(NAME, "stranger.example/w9")
    with serving(answering("200 OK", (stranger + own).encode())) as url:
        taken = anchored_at(url, witness).update(log)
    assert taken.note == log.note() + own


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[str]:
    """A server that takes a connection and sends a little at a time, for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                taken, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(taken,), daemon=True).start()

    def drip(taken: socket.socket) -> None:
        with taken:
            try:
                taken.sendall(first)
                while drop and not over.wait(0.05):
                    taken.sendall(drop)
                over.wait()
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
)
def test_a_server_that_is_slow_is_left_in_time(
    first: bytes, drop: bytes, witness: Witness, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "SECONDS", 0.5)
    with dripping(first, drop) as url:
        began = time.monotonic()
        with pytest.raises(AnchorUnavailable, match="Timeout"):
            anchored_at(url, witness).kept(log)
        assert time.monotonic() - began < 5


def test_an_answer_without_an_end_is_left_at_its_limit(witness: Witness, log: MemoryLog) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * exchange.MAX_ANSWER_BYTES) as url:
        refused(url, witness, log, "an answer of more than")


def test_a_server_that_is_not_there_or_speaks_no_http_is_unavailable(witness: Witness, log: MemoryLog) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    refused(f"http://127.0.0.1:{port}", witness, log, "no answer")
    refused("http://no..such.host", witness, log, "no answer")
    with dripping(b"<script>\r\n\r\n", b"") as url:
        refused(url, witness, log, "no answer")


def test_an_https_server_without_a_certificate_that_is_trusted_is_unavailable(
    witness: Witness, log: MemoryLog, tmp_path: Path
) -> None:
    server = make_server("127.0.0.1", 0, build(witness), request_handler=_Quiet, ssl_context="adhoc", threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        refused(f"https://127.0.0.1:{server.port}", witness, log, "SSLCertVerificationError")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# The setting.

KEY = cosigner_key(NAME, SigningKey.from_private_bytes(b"\x07" * 32).public_bytes())


@pytest.mark.parametrize(
    ("setting", "label"),
    [
        (f"witness:https://w.example/log#{KEY}", f"witness {NAME} at https://w.example/log"),
        (f"witness:http://127.0.0.1:8001#{KEY}", f"witness {NAME} at http://127.0.0.1:8001"),
        (f"witness:http://[::1]:8001/#{KEY}", f"witness {NAME} at http://[::1]:8001/"),
    ],
)
def test_a_setting_names_a_witness(setting: str, label: str) -> None:
    assert parse(setting).label == label


def test_the_addresss_path_is_before_every_path(witness: Witness, log: MemoryLog) -> None:
    application = build(witness)

    def under(environ, start_response):
        assert environ["PATH_INFO"].startswith("/deep/down/")
        changed = {**environ, "PATH_INFO": environ["PATH_INFO"].removeprefix("/deep/down")}
        return application(changed, start_response)

    with serving(under) as url:
        anchor = anchored_at(f"{url}/deep/down/", witness)
        assert anchor.kept(log) is None
        assert anchor.update(log) == anchor.kept(log)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("", "no http or https"),
        (f"https://w.example#{KEY}", "no http or https"),
        (f"witness:ftp://w.example#{KEY}", "no http or https"),
        (f"witness:w.example#{KEY}", "no http or https"),
        (f"witness:https://#{KEY}", "no http or https"),
        (f"witness:https://w.example:0#{KEY}", "no http or https"),
        (f"witness:https://w.example:many#{KEY}", "no address"),
        (f"witness:https://[::1#{KEY}", "no address"),
        (f"witness:https://u:p@w.example#{KEY}", "no user"),
        (f"witness:https://w.example?q=1#{KEY}", "no query"),
        (f"witness:https://w.example/a b#{KEY}", "no other characters"),
        (f"witness:https://w.example/é#{KEY}", "no other characters"),
        ("witness:https://w.example", "not empty"),
        ("witness:https://w.example#nonsense", "32 bytes"),
        (f"witness:https://w.example#{KEY[:-4]}", "32 bytes"),
        (f"witness:https://w.example#{KEY.replace('+B', '+A')}", "bytes|kind"),
    ],
)
def test_a_setting_that_makes_no_sense_says_what_one_looks_like(setting: str, says: str) -> None:
    with pytest.raises(SettingInvalid, match=says) as caught:
        parse(setting)
    assert str(caught.value).startswith("PASSPORT_ANCHORS: a witness is witness:https://HOST/PREFIX#KEY")
    assert "u:p" not in str(caught.value)


def test_a_label_holds_no_secret() -> None:
    assert "#" not in parse(f"witness:https://w.example#{KEY}").label
