"""The main job, end to end, over HTTP."""

from support.service import Service
from support.world import World


def test_a_parent_consents_a_school_opens_and_the_log_shows_it(world: World, service: Service) -> None:
    family = world.family()
    world.every_statement(family)
    teacher = world.member(family.school_id, "designated_teacher")
    consent = world.consent(family)
    assert consent["status"] == "active"

    inbox = teacher.get("/v1/views").json()["items"]
    assert [item["id"] for item in inbox] == [consent["id"]]

    view = teacher.get(f"/v1/views/{consent['id']}").json()
    levels = {statement["detail_level"] for section in view["sections"] for statement in section["statements"]}
    assert levels == {"everyday", "need_to_know"}

    teacher.made(f"/v1/views/{consent['id']}/acknowledgement")
    move = family.parent.get(f"/v1/transitions/{family.transition_id}").json()
    assert move["state"] == "acknowledged"

    log = family.parent.get(f"/v1/passports/{family.passport_id}/access-log").json()["items"]
    opened = next(item for item in log if item["action"] == "view.opened")
    assert opened["entry"] == view["log_entry"]
    assert opened["actor"]["name"] == teacher.name
    assert opened["actor"]["role"] == "designated_teacher"
    assert len(opened["statements"]) == 24

    family.parent.made(f"/v1/consents/{consent['id']}/revocation")
    assert teacher.get(f"/v1/views/{consent['id']}").status_code == 404
