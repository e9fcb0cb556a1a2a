"""While a provider is away, one asks now and then whether it is back, and nobody else waits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from passport_keys.errors import ProviderUnavailable, WrapRejected
from passport_keys.providers.circuit import Circuit


class Clock:
    """Monotonic seconds that pass when told to."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Provider:
    """Answers, refuses or is away, and counts who asked."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return "answer"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(clock: Clock) -> Circuit:
    return Circuit(clock, rest_seconds=5)


@pytest.fixture
def provider() -> Provider:
    return Provider()


def _find_it_away(circuit: Circuit, provider: Provider) -> None:
    provider.error = ProviderUnavailable()
    with pytest.raises(ProviderUnavailable):
        circuit.through(provider)


def test_an_answer_goes_through(circuit, provider):
    assert circuit.through(provider) == "answer"


def test_a_provider_found_away_is_not_asked_again_until_it_has_rested(circuit, provider, clock):
    _find_it_away(circuit, provider)
    provider.error = None
    clock.seconds += 4.9
    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            circuit.through(provider)
    assert provider.asked == 1
    clock.seconds += 0.2
    assert [circuit.through(provider) for _ in range(2)] == ["answer"] * 2


def test_a_provider_still_away_rests_again(circuit, provider, clock):
    _find_it_away(circuit, provider)
    clock.seconds += 5
    _find_it_away(circuit, provider)
    clock.seconds += 4
    _find_it_away(circuit, provider)
    assert provider.asked == 2


def test_a_refusal_is_an_answer(circuit, provider):
    provider.error = WrapRejected()
    for _ in range(3):
        with pytest.raises(WrapRejected):
            circuit.through(provider)
    assert provider.asked == 3


def test_a_refusal_shows_that_the_provider_is_back(circuit, provider, clock):
    _find_it_away(circuit, provider)
    clock.seconds += 5
    provider.error = WrapRejected()
    with pytest.raises(WrapRejected):
        circuit.through(provider)
    provider.error = None
    assert circuit.through(provider) == "answer"


def test_only_one_waits_while_it_is_tried_whether_the_provider_is_back(circuit, provider, clock):
    _find_it_away(circuit, provider)
    provider.error = None
    clock.seconds += 5
    asked, may_answer = Event(), Event()

    def slow() -> str:
        asked.set()
        assert may_answer.wait(10)
        return "back"

    with ThreadPoolExecutor(1) as pool:
        trying = pool.submit(circuit.through, slow)
        assert asked.wait(10)
        with pytest.raises(ProviderUnavailable):
            circuit.through(provider)
        may_answer.set()
        assert trying.result(10) == "back"
    assert provider.asked == 1
    assert circuit.through(provider) == "answer"
