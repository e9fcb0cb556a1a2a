"""Events to webhooks, signed and sent as the Standard Webhooks specification has it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import ssl

from standardwebhooks import Webhook

from passport_api.domain.addresses import target_of
from passport_api.domain.errors import InvalidField
from passport_api.domain.outbox import Failed, Fault, Outcome, outcome_of
from passport_api.exchange import NoAnswer, Server
from passport_api.senders.contract import Event
from passport_api.senders.resolving import NoSuchHost, NotPublic, address_of

SECONDS = 15.0
"""How long a receiver may take, from the connection to the last byte of its answer."""


class WebhookPoster:
    """Posts events: to public addresses alone, by https, without following a redirect.

    Args:
        tls: verifies the receivers' certificates.
        loopback: whether this machine itself may be called, and by http: for development only.
        seconds: how long a receiver may take.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, *, loopback: bool = False, seconds: float = SECONDS) -> None:
        self._tls = tls or ssl.create_default_context()
        self._loopback = loopback
        self._seconds = seconds

    def post(self, event: Event) -> Outcome:
        """Hand an event over; see `Poster.post`."""
        try:
            target = target_of(event.url, loopback=self._loopback)
            address = address_of(target.host, target.port, loopback=self._loopback)
        except (InvalidField, NotPublic):
            return Failed(Fault.TARGET_NOT_PUBLIC)
        except NoSuchHost:
            return Failed(Fault.NO_SUCH_HOST)
        tls = self._tls if target.https else None
        server = Server(target.host, target.port, tls, address=address, seconds=self._seconds)
        try:
            answer = server.ask("POST", target.path, event.body.encode(), headers_of(event))
        except NoAnswer as error:
            unsure = isinstance(error.__cause__, ssl.SSLCertVerificationError)
            return Failed(Fault.CERTIFICATE if unsure else Fault.NO_ANSWER)
        return outcome_of(answer.status, answer.retry_after, event.at)


def headers_of(event: Event) -> dict[str, str]:
    """The headers that a receiver verifies: while a secret rotates, a signature with each."""
    signatures = [Webhook(secret).sign(event.notice_id, event.at, event.body) for secret in event.secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "passport",
        "webhook-id": event.notice_id,
        "webhook-timestamp": str(int(event.at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
