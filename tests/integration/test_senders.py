"""The senders against real servers: a mail server, a web server, and those that mean harm."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from passport_api.config import SettingInvalid, Settings, from_environment, to_environment
from passport_api.domain.outbox import Delivered, Failed, Fault, Kind
from passport_api.senders import notify, open_senders, resolving, smtp
from passport_api.senders.contract import Email, Event
from passport_api.senders.folder import MailFolder
from passport_api.senders.letters import letter_of
from passport_api.senders.smtp import Security, SmtpMailer, SmtpServer
from passport_api.senders.webhook import WebhookPoster
from support.certificates import Trust, trust
from support.receivers import Hook, Mailbox, hook, mailbox, notify_api, only

ID = "01990000-0000-7000-8000-000000000001"
FROM = "Transition passport <no-reply@passport.example>"
TO = "someone@people.example"
SECRETS = ("whsec_" + "bmV3" * 10, "whsec_" + "b2xk" * 10)
BODY = '{"type":"view.available"}'
URL = "https://passport.example"


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the verifier of the specification has its own clock


def email(to: str = TO) -> Email:
    return Email(ID, to, letter_of(Kind.VIEW_AVAILABLE, "Otter Lane Primary School", URL), now())


def event(url: str, *secrets: str) -> Event:
    return Event(ID, url, secrets or SECRETS[:1], BODY, now())


@pytest.fixture
def trusted(tmp_path: Path) -> Trust:
    return trust(tmp_path, "hooks.example", "localhost")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Where names lead: each time that one is asked for, to the next of its addresses."""
    real, answers = socket.getaddrinfo, {}

    def answer(host: str, port: Any, *arguments: Any, **named: Any) -> Any:
        return real(answers[host].pop(0), port, *arguments, **named) if host in answers else real(host, port, **named)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return answers


# Email by SMTP.


def plain(port: int, **changes: Any) -> SmtpMailer:
    return SmtpMailer(SmtpServer("127.0.0.1", port, Security.NONE, **changes), FROM)


def test_an_email_arrives_as_text_and_html_with_an_id_that_stays(box: Mailbox) -> None:
    mailer = plain(box.port)
    assert [mailer.send(email()) for _ in range(2)] == [Delivered(), Delivered()]
    first, second = box.letters
    assert first.id == second.id == f"<{ID}@passport.example>"
    assert first.to == TO
    assert first.message["From"] == FROM
    assert first.message["Subject"] == "Something was shared with Otter Lane Primary School"
    assert first.message["Auto-Submitted"] == "auto-generated"
    assert first.message.get_content_type() == "multipart/alternative"
    assert URL in first.part("plain")
    assert f'href="{URL}"' in first.part("html")


def test_an_email_names_no_person(box: Mailbox) -> None:
    plain(box.port).send(email())
    (taken,) = box.letters
    assert taken.message["To"] == TO


@pytest.mark.parametrize(
    ("refusal", "outcome"),
    [
        ("550 No such person", Failed(Fault.MAIL_REFUSED, for_good=True)),
        ("451 Not now", Failed(Fault.MAIL_PUT_OFF)),
    ],
)
def test_an_address_is_refused_for_good_or_for_now(box: Mailbox, refusal: str, outcome: Failed) -> None:
    box.refusals[TO] = refusal
    assert plain(box.port).send(email()) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("554 No", Failed(Fault.MAIL_REFUSED, for_good=True)), ("452 Full", Failed(Fault.MAIL_PUT_OFF))],
)
def test_an_email_is_refused_for_good_or_for_now(box: Mailbox, answer: str, outcome: Failed) -> None:
    box.answer = lambda _: answer
    assert plain(box.port).send(email()) == outcome


@pytest.mark.parametrize("address", ["", "nobody", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "<"])
def test_what_is_no_address_is_sent_nowhere(box: Mailbox, address: str) -> None:
    assert plain(box.port).send(email(address)) == Failed(Fault.MAIL_REFUSED, for_good=True)
    assert box.letters == []


def test_a_mail_server_that_is_away_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    assert plain(port).send(email()) == Failed(Fault.NO_ANSWER)


def test_a_mail_server_that_says_nothing_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        assert plain(silent.getsockname()[1]).send(email()) == Failed(Fault.NO_ANSWER)
        assert time.monotonic() - began < 5


def test_where_starttls_is_asked_for_an_email_goes_encrypted(trusted: Trust) -> None:
    with mailbox(trusted.server) as box:
        mailer = SmtpMailer(SmtpServer("localhost", box.port, Security.STARTTLS), FROM, trusted.client)
        assert mailer.send(email()) == Delivered()
    assert [letter.was_encrypted for letter in box.letters] == [True]


def test_where_it_is_not_offered_nothing_goes_out(box: Mailbox, trusted: Trust) -> None:
    mailer = SmtpMailer(SmtpServer("localhost", box.port, Security.STARTTLS), FROM, trusted.client)
    assert mailer.send(email()) == Failed(Fault.MAIL_NOT_SECURE)
    assert box.letters == []


def test_a_mail_server_whose_certificate_nobody_signed_is_told_nothing(trusted: Trust) -> None:
    with mailbox(trusted.server) as box:
        mailer = SmtpMailer(SmtpServer("localhost", box.port, Security.STARTTLS), FROM)
        assert mailer.send(email()) == Failed(Fault.CERTIFICATE)
    assert box.letters == []


def test_the_user_and_password_of_the_setting_are_used(trusted: Trust) -> None:
    server = smtp.parse("smtp://service%40passport:a%2Fsecret@mail.example:587")
    with mailbox(trusted.server, authenticator=only("service@passport", "a/secret"), auth_required=True) as box:
        for password, outcome in (("a/secret", Delivered()), ("another", Failed(Fault.MAIL_SIGN_IN))):
            known = SmtpServer("localhost", box.port, Security.STARTTLS, server.user, password)
            assert SmtpMailer(known, FROM, trusted.client).send(email()) == outcome
    assert server.password == "a/secret"
    assert len(box.letters) == 1


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://mail.example", ("mail.example", 465, Security.TLS)),
        ("smtp://mail.example", ("mail.example", 587, Security.STARTTLS)),
        ("smtp://10.0.0.5:25", ("10.0.0.5", 25, Security.STARTTLS)),
        ("smtp://localhost:1025", ("localhost", 1025, Security.NONE)),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, Security.NONE)),
        ("smtps://localhost", ("localhost", 465, Security.TLS)),
        ("smtp://localhost.mail.example", ("localhost.mail.example", 587, Security.STARTTLS)),
    ],
)
def test_only_a_mail_server_on_this_machine_is_spoken_to_in_plain(url: str, server: tuple[Any, ...]) -> None:
    found = smtp.parse(url)
    assert (found.host, found.port, found.security) == server


@pytest.mark.parametrize(
    "url", ["mail.example", "https://mail.example", "smtp://", "smtp://a:x/", "smtp://a/path", "smtp://["]
)
def test_a_setting_that_names_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(SettingInvalid, match="PASSPORT_SMTP_URL"):
        smtp.parse(url)


# Email into a folder.


def test_a_folder_holds_each_email_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path / "mail", FROM)
    assert [folder.send(email()) for _ in range(2)] == [Delivered(), Delivered()]
    (written,) = (tmp_path / "mail").iterdir()
    assert written.name == f"{ID}.eml"
    assert written.stat().st_mode & 0o077 == 0
    assert f"Message-ID: <{ID}@passport.example>".encode() in written.read_bytes()
    assert folder.send(email("nobody")) == Failed(Fault.MAIL_REFUSED, for_good=True)


# Email by GOV.UK Notify.


KEY = f"a-key-{ID}-{ID}"


def test_notify_is_handed_each_email_once() -> None:
    with notify_api() as (url, sent):
        mailer = notify.open_notify(KEY, ID, url)
        assert [mailer.send(email()) for _ in range(2)] == [Delivered(), Delivered()]
        mailer._client.request_session.close()  # type: ignore[attr-defined]
    (one,) = sent
    assert one["email_address"] == TO
    assert one["reference"] == ID
    assert one["personalisation"]["subject"].startswith("Something was shared")
    assert URL in one["personalisation"]["body"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, Failed(Fault.MAIL_REFUSED, for_good=True)),
        (403, Failed(Fault.MAIL_SIGN_IN)),
        (429, Failed(Fault.MAIL_PUT_OFF)),
        (500, Failed(Fault.MAIL_PUT_OFF)),
    ],
)
def test_what_notify_refuses_is_for_good_or_for_now(status: int, outcome: Failed) -> None:
    with notify_api(status) as (url, _):
        mailer = notify.open_notify(KEY, ID, url)
        assert mailer.send(email()) == outcome
        mailer._client.request_session.close()  # type: ignore[attr-defined]


# Which way emails go.


def test_emails_have_one_way_and_it_is_named() -> None:
    settings = Settings("", "", mail_from=FROM)
    with pytest.raises(SettingInvalid, match="PASSPORT_SMTP_URL"):
        open_senders(settings)
    with pytest.raises(SettingInvalid, match="PASSPORT_MAIL_FROM"):
        open_senders(Settings("", "", smtp_url="smtp://mail.example"))
    with pytest.raises(SettingInvalid, match="PASSPORT_NOTIFY_TEMPLATE"):
        open_senders(Settings("", "", notify_key=KEY))


def test_what_is_set_is_what_a_process_of_its_own_learns() -> None:
    settings = Settings(
        "sqlite:///a.db",
        "file:a.json",
        smtp_url="smtp://mail.example",
        notify_key="key",
        notify_template="template",
        notify_url="https://notify.example",
        mail_folder="/mail",
        mail_from=FROM,
        webhooks_loopback=True,
        notice_seconds=7,
    )
    assert from_environment(to_environment(settings)) == settings


def test_no_secret_is_in_a_repr() -> None:
    said = repr(Settings("", "", smtp_url="smtp://u:canary@mail.example", notify_key="canary"))
    said += repr(smtp.parse("smtp://u:canary@mail.example")) + repr(event("https://a.example", "canary"))
    assert "canary" not in said + repr(email("canary@people.example"))


# Events to webhooks.


def local(**options: Any) -> WebhookPoster:
    return WebhookPoster(loopback=True, **options)


def test_an_event_arrives_signed(receiver: Hook) -> None:
    assert local().post(event(receiver.url)) == Delivered()
    (post,) = receiver.posts
    assert post.id == ID
    assert post.path == "/notices"
    assert post.headers["Content-Type"] == "application/json"
    assert post.body == BODY.encode()
    assert post.verified(SECRETS[0]) == json.loads(BODY)


def test_while_a_secret_rotates_either_verifies_and_no_other(receiver: Hook) -> None:
    local().post(event(receiver.url, *SECRETS))
    (post,) = receiver.posts
    assert post.verified(SECRETS[0]) == post.verified(SECRETS[1])
    with pytest.raises(WebhookVerificationError):
        post.verified("whsec_" + "b3RoZXI=")


def test_a_body_that_was_changed_does_not_verify(receiver: Hook) -> None:
    local().post(event(receiver.url))
    (post,) = receiver.posts
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRETS[0]).verify(post.body.replace(b"view", b"View"), dict(post.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRETS[0]).verify(post.body, {**post.headers, "webhook-id": "another"})


def test_a_redirect_is_not_followed(receiver: Hook) -> None:
    with hook() as elsewhere:
        receiver.say(307, Location=elsewhere.url)
        assert local().post(event(receiver.url)) == Failed(Fault.ANSWERED_3XX)
        assert elsewhere.posts == []


def test_a_receiver_that_asks_to_wait_is_heard(receiver: Hook) -> None:
    receiver.say(429, Retry_After="900")
    assert local().post(event(receiver.url)) == Failed(Fault.BUSY, wait=timedelta(minutes=15))


def test_an_answer_without_an_end_counts_by_its_status(receiver: Hook) -> None:
    receiver.answer = lambda _: (200, {}, b"x" * 10_000_000)
    assert local().post(event(receiver.url)) == Delivered()


@pytest.mark.parametrize("say", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
def test_a_receiver_that_is_slow_is_left_in_time(say: bytes) -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as slow:

        def answer() -> None:
            connection, _ = slow.accept()
            with connection:
                connection.sendall(say)
                connection.recv(65536)
                done.wait(30)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        began = time.monotonic()
        outcome = local(seconds=0.3).post(event(f"http://127.0.0.1:{slow.getsockname()[1]}/"))
        assert outcome == Failed(Fault.NO_ANSWER)
        assert time.monotonic() - began < 2.5
        done.set()
        thread.join()


def test_a_receiver_that_takes_its_time_to_encrypt_is_left_in_time(trusted: Trust) -> None:
    """Each byte would begin a socket's own limit anew; the limit here is of the whole."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as slow:

        def drip() -> None:
            connection, _ = slow.accept()
            with connection, suppress(OSError):
                connection.sendall(b"\x16\x03\x03\x40\x00")
                while not done.wait(0.02):
                    connection.sendall(b"\x02")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        began = time.monotonic()
        url = f"https://127.0.0.1:{slow.getsockname()[1]}/"
        assert local(tls=trusted.client, seconds=0.3).post(event(url)) == Failed(Fault.NO_ANSWER)
        assert time.monotonic() - began < 2.5
        done.set()
        thread.join()


def test_nothing_on_this_machine_is_called_unless_a_setting_says_so(receiver: Hook) -> None:
    port = receiver.url.rpartition(":")[2].partition("/")[0]
    for url in (receiver.url, f"https://127.0.0.1:{port}/", f"https://localhost:{port}/", f"https://[::1]:{port}/"):
        assert WebhookPoster().post(event(url)) == Failed(Fault.TARGET_NOT_PUBLIC)
    assert receiver.posts == []


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "127.0.0.1", "::1", "::ffff:10.0.0.1", "fd00::1"])
def test_a_name_that_leads_into_a_private_network_is_not_called(
    lookups: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    called: list[Any] = []
    monkeypatch.setattr("passport_api.exchange.create_connection", lambda *where: called.append(where))
    lookups["hooks.example"] = [address]
    assert WebhookPoster().post(event("https://hooks.example/")) == Failed(Fault.TARGET_NOT_PUBLIC)
    assert called == []


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "_looked_up", lambda *_: ["8.8.8.8", "10.0.0.1"])
    assert WebhookPoster().post(event("https://hooks.example/")) == Failed(Fault.TARGET_NOT_PUBLIC)


def test_the_address_that_was_checked_is_the_one_that_is_called(
    lookups: dict[str, list[str]], trusted: Trust, tmp_path: Path
) -> None:
    """A name that leads elsewhere the second time (DNS rebinding) is not asked a second time."""
    with hook(trusted.server, "hooks.example") as receiver:
        lookups["hooks.example"] = ["127.0.0.1"]
        assert local(tls=trusted.client).post(event(receiver.url)) == Delivered()
        (post,) = receiver.posts
        assert post.headers["Host"] == receiver.url.removeprefix("https://").removesuffix("/notices")
        assert lookups["hooks.example"] == []  # asked again, it would have failed


def test_a_receiver_whose_certificate_is_anothers_is_told_nothing(
    lookups: dict[str, list[str]], trusted: Trust
) -> None:
    with hook(trusted.server, "others.example") as receiver:
        lookups["others.example"] = ["127.0.0.1", "127.0.0.1"]
        assert local(tls=trusted.client).post(event(receiver.url)) == Failed(Fault.CERTIFICATE)
        assert local().post(event(receiver.url)) == Failed(Fault.CERTIFICATE)
        assert receiver.posts == []


def test_a_name_that_leads_nowhere_is_tried_again() -> None:
    assert WebhookPoster().post(event("https://no..such.host/")) == Failed(Fault.NO_SUCH_HOST)


def test_a_look_up_that_never_ends_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    monkeypatch.setattr(resolving, "SECONDS", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(30) and [])
    began = time.monotonic()
    assert WebhookPoster().post(event("https://hooks.example/")) == Failed(Fault.NO_SUCH_HOST)
    assert time.monotonic() - began < 3
    ended.set()
