"""Email by SMTP (RFC 5321), encrypted on its way: by TLS from the start, or by STARTTLS, which is not optional.

Only a server on this machine is spoken to in plain.
"""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import Enum
from urllib.parse import unquote, urlsplit

from passport_api.config import SettingInvalid
from passport_api.domain.addresses import is_loopback
from passport_api.domain.outbox import Delivered, Failed, Fault, Outcome
from passport_api.senders.contract import Email
from passport_api.senders.mime import AddressUnusable, message_of

SECONDS = 10.0
"""How long each step of the conversation may take."""
_HOW = "PASSPORT_SMTP_URL must be smtps://USER:PASSWORD@HOST:PORT, or smtp:// for STARTTLS"
_PORTS = {"smtps": 465, "smtp": 587}
_FOR_GOOD = 500


class NotSecure(smtplib.SMTPException):
    """A server does not offer to encrypt, and so is given nothing."""


_FAULTS: tuple[tuple[type[Exception], Fault], ...] = (
    (NotSecure, Fault.MAIL_NOT_SECURE),
    (smtplib.SMTPAuthenticationError, Fault.MAIL_SIGN_IN),
    (smtplib.SMTPNotSupportedError, Fault.MAIL_PUT_OFF),
    (smtplib.SMTPResponseException, Fault.MAIL_PUT_OFF),
    (ssl.SSLCertVerificationError, Fault.CERTIFICATE),
)
"""The first that an error is one of says what was wrong; any other is no answer."""


class Security(Enum):
    """How the way to a server is secured."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server, and how to sign in to it, where it wants that."""

    host: str
    port: int
    security: Security
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)


class SmtpMailer:
    """Sends each email over a connection of its own.

    Args:
        server: whom to hand it to.
        sender: whom it is from, such as `no-reply@passport.example`.
        tls: verifies the server's certificate.
    """

    def __init__(self, server: SmtpServer, sender: str, tls: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._sender = sender
        self._tls = tls or ssl.create_default_context()

    def send(self, email: Email) -> Outcome:
        """Hand an email over; see `Mailer.send`."""
        try:
            self._hand_over(message_of(email, self._sender))
        except AddressUnusable:
            return Failed(Fault.MAIL_REFUSED, for_good=True)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:  # the last for a name that no host can have
            return _failed(error)
        return Delivered()

    def _hand_over(self, message: EmailMessage) -> None:
        connection = self._connected()
        try:
            connection.send_message(message)
            with suppress(smtplib.SMTPException, OSError):  # it has the email already, whatever it makes of a farewell
                connection.quit()
        finally:
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.security is Security.TLS:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=self._tls)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        try:
            connection.ehlo()
            if server.security is Security.STARTTLS:
                _encrypt(connection, self._tls)
            if server.user is not None:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


def parse(url: str) -> SmtpServer:
    """Read PASSPORT_SMTP_URL.

    Raises:
        SettingInvalid: it names no mail server.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingInvalid(f"{_HOW}.") from error
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or port == 0:
        raise SettingInvalid(f"{_HOW}.")
    here = parts.hostname == "localhost" or is_loopback(parts.hostname)
    by_starttls = Security.NONE if here else Security.STARTTLS
    security = Security.TLS if parts.scheme == "smtps" else by_starttls
    user = None if parts.username is None else unquote(parts.username)
    return SmtpServer(parts.hostname, port or _PORTS[parts.scheme], security, user, unquote(parts.password or ""))


def _encrypt(connection: smtplib.SMTP, tls: ssl.SSLContext) -> None:
    if not connection.has_extn("starttls"):
        raise NotSecure
    connection.starttls(context=tls)


def _failed(error: Exception) -> Failed:
    """What came of an email that was not taken.

    An address or an email that is refused is so for good by 5xx, for now by 4xx (RFC 5321 section 4.2.1). A server that
    refuses us, or whoever we say that we are, is an operator's to mend.
    """
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            for_good = all(code >= _FOR_GOOD for code, _ in refused.values())
        case smtplib.SMTPDataError(smtp_code=code):
            for_good = code >= _FOR_GOOD
        case _:
            return Failed(next((fault for kind, fault in _FAULTS if isinstance(error, kind)), Fault.NO_ANSWER))
    return Failed(Fault.MAIL_REFUSED, for_good=True) if for_good else Failed(Fault.MAIL_PUT_OFF)
