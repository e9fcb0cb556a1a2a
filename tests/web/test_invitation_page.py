"""The page behind an invitation's link: self-contained, under a strict policy, and the token never leaves in a URL."""

import re

import pytest

from support.service import Service
from support.world import World


@pytest.fixture
def page(service: Service) -> str:
    return service.client().get("/invitation").text


def test_the_link_of_an_invitation_leads_to_the_page(world: World, service: Service) -> None:
    family = world.family()
    body = {"name": "New Parent", "email": "new.parent@people.example", "passport_id": family.passport_id}
    invited = family.social_worker.made("/v1/invitations", body)
    address, _, after_the_hash = invited["link"].partition("#")
    assert after_the_hash == invited["token"]
    assert invited["token"] not in address
    assert service.client().get(address).status_code == 200


def test_the_page_allows_nothing_inline_and_nothing_from_elsewhere(service: Service, page: str) -> None:
    policy = service.client().get("/invitation").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"(src|href)=\"(https?:)?//", page)


def test_every_file_that_the_page_names_is_served(service: Service, page: str) -> None:
    named = re.findall(r"(?:src|href)=\"(invitation/assets/[^\"]+)\"", page)
    assert len(named) == 2
    for path in named:
        assert service.client().get(f"/{path}").status_code == 200


def test_no_other_file_is_served(service: Service) -> None:
    for name in ("invitation.html", "..%2finvitation.py", "__init__.py"):
        assert service.client().get(f"/invitation/assets/{name}").status_code == 404


def test_the_page_has_a_label_for_each_control_and_says_what_to_do_without_scripts(page: str) -> None:
    for control in re.findall(r"<input id=\"(\w+)\"", page):
        assert f'<label for="{control}"' in page or re.search(rf"<label[^>]*><input id=\"{control}\"", page)
    assert "<noscript>" in page
    assert 'lang="en-GB"' in page
