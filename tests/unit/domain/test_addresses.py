"""Which addresses a webhook may lead to: a table, with every way into a private network that we know of."""

import pytest

from passport_api.domain.addresses import Target, is_public, may_call, target_of
from passport_api.domain.errors import InvalidField

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4009:822::200e",
    "2400:cb00::1",
]
NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104 - an address among others
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "localhost",
    "",
    "1",
    "0x7f.1",
    "127.1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_may_be_called(address: str) -> None:
    assert is_public(address)
    assert may_call(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_other_address_may_be_called(address: str) -> None:
    assert not is_public(address)
    assert not may_call(address)


def test_for_development_this_machine_may_be_called_and_nothing_else() -> None:
    assert may_call("127.0.0.1", loopback=True)
    assert may_call("::1", loopback=True)
    assert not may_call("10.0.0.1", loopback=True)
    assert not may_call("169.254.169.254", loopback=True)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.example/in?who=us", Target(True, "hooks.example", 443, "/in?who=us")),
        ("https://hooks.example", Target(True, "hooks.example", 443, "/")),
        ("https://HOOKS.example:8443/a", Target(True, "hooks.example", 8443, "/a")),
        ("https://[2606:4700:4700::1111]/", Target(True, "2606:4700:4700::1111", 443, "/")),
    ],
)
def test_an_https_url_of_a_public_host_is_a_target(url: str, target: Target) -> None:
    assert target_of(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "hooks.example",
        "https://",
        "https:///path",
        "https://user@hooks.example/",
        "https://user:password@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example:0/",
        "https://hooks.example:65536/",
        "https://hooks.example:x/",
        "https://hooks.example/a b",
        "https://hooks.example/a\r\nHost: other",
        "https://hööks.example/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[not-an-address/",
        "https://169.254.169.254/latest/meta-data/",
        "https://hooks.example/" + "a" * 2000,
    ],
)
def test_anything_else_is_refused_and_the_field_is_named(url: str) -> None:
    with pytest.raises(InvalidField) as refused:
        target_of(url)
    assert refused.value.field == "/url"
    assert url not in str(refused.value)


def test_for_development_http_to_this_machine_is_taken() -> None:
    assert target_of("http://127.0.0.1:8080/in", loopback=True) == Target(False, "127.0.0.1", 8080, "/in")
    with pytest.raises(InvalidField):
        target_of("http://10.0.0.1/", loopback=True)
