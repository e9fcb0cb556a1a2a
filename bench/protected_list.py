"""A protected list as a real one might be: a hundred terms, every person, place and number of them invented.

Many of its names are ordinary words on purpose: they are where false alarms come from. Phone numbers are of the ranges
that Ofcom keeps for drama, NHS numbers of the range kept for tests.
"""

from passport_api.domain.protection.terms import ProtectedKind, ProtectedTerm

IN_USE = ("Tamsin Carys Fairweather", "Tam", "Helen Fairweather", "Marcus Fairweather")
"""What the child and the family of the demonstration are called today."""

_LISTED: dict[ProtectedKind, str] = {
    ProtectedKind.FORMER_NAME: "Tamsin Carys Doyle; Tamsin Marsh; Carys Doyle",
    ProtectedKind.RELATIVE_NAME: (
        "Katherine Anne Doyle; Rose Doyle; Grace Marsh; June Marsh; May Doyle; Patrick Doyle; William Hope; Will Price;"
        "Frank Church; Siobhan O'Brien; Sean McAllister; Mohammed Rahman; Joy Lane; Mark Young; Dean Field; Sue King;"
        "Holly Park; Summer Brown; Angharad Pugh; Zoë Kerr-Doyle; Łukasz Nowak; Bob Short; Ray Little; Gloria Street;"
        "Art Long; Nan Reading"
    ),
    ProtectedKind.CARER_NAME: (
        "Pat Baker; Jack Hunter; Elizabeth Thornbury; Gordon Wise; Carol Winter; Amber Stone; Drew Love; Josie Day"
    ),
    ProtectedKind.SIBLING_NAME: (
        "Callum Doyle; Ruby Marsh; Jade Doyle; Robert James Doyle; Faith Marsh; Tyler Doyle; Skye Banks;Alexander Doyle"
    ),
    ProtectedKind.ADDRESS: (
        "14 Kiln Street, Tredavick, EX99 1AA; Flat 2, 27a Quarry Road, Tredavick; 3 High Street, Penhallow, TR99 9ZZ;"
        "The Willows, Mill Lane, Penhallow; 112 Saint Anne's Avenue; 9 Rose Gardens; 5 Church Lane, PL98 7XY;"
        "40 Otterbourne Close; Flat 6, Harbour Court, Penhallow; 1 Sea View Terrace; 77 Marsh Drive; 18 Long Row;"
        "2 The Green, EX98 2BB; 31 Copper Beech Way; Hope Cottage, Ferry Road"
    ),
    ProtectedKind.SCHOOL: (
        "St Mary's C of E Primary School; Tredavick Academy; Hillside School; Penhallow Infants School; Park Nursery;"
        "Copper Beech Preschool; Sunny Days Playgroup; Church Street Junior School; Bishop Hatch Primary;"
        "Marlow Bridge School"
    ),
    ProtectedKind.PLACE: (
        "Tredavick; Penhallow; Reading; Bath; Ware; Deal; Hope Cove; St Anne's Bay; Marlow Bridge; Sale"
    ),
    ProtectedKind.PHONE: (
        "01632 960101; 01632 960102; 01632 960103; 07700 900104; 07700 900105; +44 7700 900106; (01632) 960 107;"
        "01632 960108"
    ),
    ProtectedKind.UPN: "B801200005001; X00180001701A",
    ProtectedKind.NHS_NUMBER: "999 016 2808; 9990162840",
    ProtectedKind.DATE: (
        "3 September 1991; 14/02/1989; 7 May 2013; 30 June 2016; 2 January 1965; 9 August 2011; 21 March 2018;"
        "5 April 2017"
    ),
}

PROTECTED = tuple(ProtectedTerm(kind, text.strip()) for kind, texts in _LISTED.items() for text in texts.split(";"))
"""The list."""
