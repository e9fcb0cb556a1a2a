"""The notices of a service that runs in this process, delivered turn by turn to a real mail server and a web server."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from passport_api.domain.ids import OrganisationId
from passport_api.domain.outbox import Outcome
from passport_api.senders.contract import Senders
from passport_api.senders.smtp import Security, SmtpMailer, SmtpServer
from passport_api.senders.webhook import WebhookPoster
from passport_api.services import webhooks
from passport_api.services.delivery import Delivery
from passport_api.services.execution import perform_unattended
from passport_api.services.worker import Worker
from support.raw_database import RawDatabase, Row
from support.receivers import Hook, Mailbox, hook, mailbox
from support.service import Service
from support.world import World

LEASE = timedelta(seconds=60)


@dataclass
class Post:
    """The post office of one service: a worker whose every turn a test takes, a mail server and a web server."""

    service: Service
    world: World
    box: Mailbox
    hook: Hook

    def __post_init__(self) -> None:
        mailer = SmtpMailer(SmtpServer("127.0.0.1", self.box.port, Security.NONE), "no-reply@passport.example")
        senders = Senders(mailer, WebhookPoster(loopback=True))
        self.delivery = Delivery(self.service.runtime, senders, "https://passport.example", LEASE)
        self.told: list[tuple[str, Outcome]] = []
        self.faults: list[Exception] = []
        self.worker = Worker(
            self.delivery, 4, lambda taken, said: self.told.append((taken.notice.channel, said)), self.faults.append
        )

    def work(self) -> None:
        """Deliver until nothing is due."""
        with ThreadPoolExecutor(4) as pool:
            while self.worker.once(pool):
                pass
        assert self.faults == []

    def rows(self, **values: Any) -> list[Row]:
        """What the outbox holds."""
        database = RawDatabase(self.service.settings.database_url)
        rows = [row for row in database.rows("outbox") if all(row[name] == value for name, value in values.items())]
        database.close()
        return rows

    def add_webhook(self, organisation_id: str) -> tuple[str, str]:
        """An organisation's webhook, to the web server; gives its id and its secret. It is told so at once."""
        made = perform_unattended(
            self.service.runtime,
            lambda step: webhooks.add(step, OrganisationId(UUID(organisation_id)), self.hook.url, loopback=True),
        )
        self.work()
        assert json.loads(self.hook.posts.pop().body)["type"] == "webhook.added"
        return str(made[0].webhook_id), made[1]


@contextmanager
def post_office(service: Service, world: World) -> Iterator[Post]:
    """A post office with nothing left to do; nothing is left of the test's own time, nor in the outbox, afterwards."""
    with mailbox() as box, hook() as receiver:
        office = Post(service, world, box, receiver)
        office.work()
        box.letters.clear()
        receiver.posts.clear()
        with service.later(seconds=0):
            yield office
        database = RawDatabase(service.settings.database_url)
        database.sql("UPDATE outbox SET state = 'dropped'")
        database.close()
