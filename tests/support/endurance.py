"""A fault comes over a served process under load, and goes: what must be so during it and after it, whichever it is."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass

import httpx

from passport_api.store.database import Fault
from support.aftermath import Aftermath, Place, verify_the_log
from support.load import Load, expect_unavailable, until
from support.served import Served
from support.world import PASSWORD

WAIT_SECONDS = 2
"""The service's PASSPORT_WAIT_SECONDS in these tests."""
LONGEST = 2 * WAIT_SECONDS + 6
"""Seconds: a request may wait once for a lock and once for an answer, each with some grace, on a busy machine."""


@dataclass(frozen=True)
class Endurance:
    """One kind of fault over one served process.

    Attributes:
        names: the kinds that the service may call it.
        number: which of the place's families is at work.
        lasting: whether it is there all the while, so that the service cannot be ready at any moment of it.
    """

    served: Served
    place: Place
    fault: Callable[[], AbstractContextManager[object]]
    names: frozenset[Fault]
    number: int = 0
    lasting: bool = True

    def prove(self, rounds: int) -> None:
        """Bring the fault over people at work, again and again; then hold what is kept against what they were told."""
        actors = self.place.casts[self.number]
        workers = self.served.workers()
        load = Load(self.served, actors, self.place.world)
        with load.running():
            load.until_answered(10)
            for _ in range(rounds):
                with self.fault():
                    load.until_refused(5)
                    if self.lasting:
                        self._says_so()
                load.until_answered(20)
        assert actors.told.wrong == []
        assert max(load.refused_after) < LONGEST
        assert self.served.workers() == workers, "a process that serves died of it"
        until(lambda: self._get("/readyz").status_code == 200, "it did not become ready again")
        self._logged()
        Aftermath(self.served, self.place, actors).check()
        verify_the_log(self.place)

    def _says_so(self) -> None:
        """Not ready, and alive: nobody restarts a service for what its database suffers."""
        until(self._nobody_is_ready, "a process calls itself ready")
        expect_unavailable(self._get("/readyz"))
        assert self._get("/healthz").status_code == 200

    def _nobody_is_ready(self) -> bool:
        """A process learns of some faults by writing alone: each is given something to write before it is asked."""
        parent = self.place.casts[self.number].family.parent
        sign_in = {"email": parent.email, "password": PASSWORD}
        with ThreadPoolExecutor(6) as at_once:  # each may wait as long as the service does
            list(at_once.map(lambda _: self._post("/v1/auth/login", sign_in), range(4)))
            return {answer.status_code for answer in at_once.map(self._get, ["/readyz"] * 6)} == {503}

    def _logged(self) -> None:
        """The service log names the fault, and nothing of what anybody wrote."""
        said = self.served.said()
        assert b"Counting to ten" not in said
        assert b"Statement " not in said
        lines = [json.loads(line) for line in said.splitlines() if line.startswith(b"{")]
        named = {line["fault"] for line in lines if line["event"] == "unavailable"}
        assert named
        assert named <= {name.value for name in self.names}
        assert [line for line in lines if line["event"] == "fault"] == []

    def _get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.served.base_url}{path}", timeout=60)

    def _post(self, path: str, body: object) -> httpx.Response:
        return httpx.post(f"{self.served.base_url}{path}", json=body, timeout=60)
