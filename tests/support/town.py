"""A family, everybody who has something to do with it, and everybody who has not."""

from dataclasses import dataclass, field

from support.answers import nobodys_id
from support.operations import Operation
from support.world import LEVELS, Family, Person, World

FAR_BEYOND_THE_LOG = "987654321"


@dataclass
class Town:
    """One family's passport, shared with a school, and accounts of every kind around it.

    Attributes:
        things: what exists, by what an operation's path names.
        callers: accounts by kind.
        insiders: in which capacities an account may use these very things, by the words of the contract.
        erased: what existed until it was erased, by what an operation's path names: another child of the same parent,
            with the same custodian and the same school.
    """

    world: World
    family: Family
    things: dict[str, str]
    callers: dict[str, Person] = field(default_factory=dict)
    insiders: dict[str, frozenset[str]] = field(default_factory=dict)
    erased: dict[str, str] = field(default_factory=dict)

    def has(self, kind: str, person: Person, *capacities: str) -> Person:
        """Note an account of a kind."""
        self.callers[kind] = person
        self.insiders[kind] = frozenset(capacities)
        return person

    def may(self, kind: str, operation: Operation) -> bool:
        """Whether an account of a kind may do this with what exists here."""
        capacities = self.insiders[kind]
        if operation.asking.names == "entry":  # a reader may ask for the entries of their own openings alone
            capacities -= {"recipient"}
        return bool(capacities & operation.callers)

    def strangers(self, operation: Operation) -> dict[str, Person]:
        """Those who may not."""
        return {kind: person for kind, person in self.callers.items() if not self.may(kind, operation)}

    def nothing(self, operation: Operation) -> str:
        """An id that names nothing, of the kind that an operation takes."""
        return FAR_BEYOND_THE_LOG if operation.asking.names == "entry" else nobodys_id()


def build_town(world: World) -> Town:
    """A family with a consent in force, and everybody around it."""
    family = world.family(requires_both_parents=True)
    assert family.second_parent is not None
    for level in LEVELS:
        written = world.statement(family, "regulation", level)
    consent = world.consent(family)
    family.second_parent.made(f"/v1/consents/{consent['id']}/approval")
    entry = family.parent.get(f"/v1/passports/{family.passport_id}/access-log").json()["items"][-1]["entry"]
    town = Town(world, family, {"entry": str(entry), "consent": consent["id"], "view": consent["id"]})
    town.things |= {
        "passport": family.passport_id,
        "transition": family.transition_id,
        "organisation": family.school_id,
        "custodian": family.custodian_id,
        "erasure": world.proposal(family)["id"],
        "statement": written["id"],
        "challenge": _challenged(family, written["id"]),
        "alert": world.alert(family),
        "search": world.search(family, "statement for regulation")["id"],
    }
    _responsible(town)
    _recipients(town)
    town.things["correction notice"] = _corrected(town, family, consent["id"], written["id"])
    _others(town)
    membership = town.callers["recipient's class teacher"].membership_id
    assert membership is not None
    town.things["membership"] = membership
    _erase_another(town)
    return town


def _erase_another(town: Town) -> None:
    world, child = town.world, town.world.sibling(town.family)
    written = world.statement(child, "regulation", "everyday")["id"]
    consent = world.consent(child)["id"]
    opened = town.callers["recipient's safeguarding lead"].get(f"/v1/views/{consent}").json()
    town.erased = {
        "passport": child.passport_id,
        "transition": child.transition_id,
        "consent": consent,
        "view": consent,
        "entry": str(opened["log_entry"]),
        "statement": written,
        "challenge": _challenged(child, written),
        "correction notice": _corrected(town, child, consent, written),
        "alert": world.alert(child),
    }
    world.erase(child, town.callers["custodian's manager"])


def _challenged(child: Family, statement: str) -> str:
    words = {"words": "It was not so."}
    return str(child.parent.made(f"/v1/statements/{statement}/challenges", words)["id"])


def _corrected(town: Town, child: Family, view: str, statement: str) -> str:
    """Have a statement corrected that the school has received; gives the notice that it gets."""
    reader = town.callers["recipient's safeguarding lead"]
    assert reader.get(f"/v1/views/{view}").status_code == 200
    told = town.world.correct(child, statement)["told"]
    assert told == [child.school_id]
    return str(reader.get("/v1/correction-notices?limit=1").json()["items"][0]["id"])


def _responsible(town: Town) -> None:
    world, family = town.world, town.family
    assert family.second_parent is not None
    town.has("parent", family.parent, "parent")
    town.has("second parent", family.second_parent, "parent")
    town.has("custodian's social worker", family.social_worker, "custodian")
    town.has("custodian's administrator", world.admin(family.custodian_id))
    town.has("custodian's manager", world.manager(family), "manager")
    for role in ("operator", "virtual_school"):
        town.has(f"custodian's {role}", world.member(family.custodian_id, role))
    town.has("custodian's auditor", world.member(family.custodian_id, "auditor"), "auditor")
    town.has("former social worker", _left(world, family.custodian_id, "social_worker"))


def _recipients(town: Town) -> None:
    world, school = town.world, town.family.school_id
    town.has("recipient's safeguarding lead", world.member(school, "designated_safeguarding_lead"), "recipient")
    town.has("recipient's class teacher", world.member(school, "class_teacher"), "recipient")
    town.has("recipient's administrator", world.admin(school), "org_admin")
    town.has("recipient's auditor", world.member(school, "auditor"), "auditor")
    town.has("recipient's former safeguarding lead", _left(world, school, "designated_safeguarding_lead"))
    town.has("receiving authority's social worker", world.member(town.family.authority_id, "social_worker"))


def _others(town: Town) -> None:
    world = town.world
    other = world.family(requires_both_parents=True)
    assert other.second_parent is not None
    town.has("parent of another child", other.parent)
    town.has("second parent of another child", other.second_parent)
    town.has("another authority's social worker", other.social_worker)
    town.has("another authority's manager", world.manager(other))
    town.has("another authority's operator", world.member(other.custodian_id, "operator"))
    town.has("another school's administrator", world.admin(other.school_id))
    town.has("another school's auditor", world.member(other.school_id, "auditor"), "auditor")
    for role in ("class_teacher", "designated_safeguarding_lead"):
        town.has(f"another school's {role}", world.member(other.school_id, role))


def _left(world: World, organisation_id: str, role: str) -> Person:
    person = world.member(organisation_id, role)
    ended = world.admin(organisation_id).http.delete(f"/v1/memberships/{person.membership_id}")
    assert ended.status_code == 200
    return person
