"""Lists of words: which can change what a text allows, and which say nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence


def listed(words: str) -> frozenset[str]:
    """Returns words, given with spaces between them, as a set."""
    return frozenset(words.split())


OPERATIVE = listed(
    "not no nor neither never none without unless except excluding exclude excludes only must"
    " shall may can cannot should will agree agrees agreed require requires required requirement"
    " permit permits permitted permission permissions allow allows allowed prohibit prohibits"
    " prohibited forbid forbidden restrict restricts restricted restriction restrictions limit"
    " limited condition conditions conditional additional addition addendum amendment amended"
    " modified however notwithstanding provided subject commercial commercially noncommercial"
    " nonprofit academic research evaluation personal private internal educational military"
    " government fee royalty royalties pay payment charge waive waived waiver void terminate"
    " terminates terminated revoke revoked obtain request consent approval written credit"
    " attribution attribute indemnify liable liability warranty warranties disclaim claim claims"
    " sue patent patents trademark trademarks grant grants granted right derivative derivatives"
    " output outputs train training improve improving distribute distribution redistribute sell"
    " selling sold sublicense use uses used using users user copy copies copying disclose"
    " publish share dual dually exception exceptions also instead but if plus per percent"
    " supersede supersedes override overrides prevail prevails replace replaces replaced"
)
"""Words that can change what a text allows; none may stand in a heading that counts as harmless."""
DECISIVE = OPERATIVE | listed(
    "and or with any all each every solely exclusively irrevocable revocable perpetual"
    " exclusive nonexclusive transferable nontransferable sublicensable nonsublicensable"
    " worldwide free owner necessary reasonable prior specific reserved retain include source"
    " object binary network"
)
"""Words for which a difference is told as one that can change what is allowed."""
# In a statement of copyright or a name, `May`, `Will`, `Grant` and the like are people.
IN_NAMES = OPERATIVE - listed(
    "may will grant can no government research academic personal private internal educational"
    " military sue if per also plus user users charge patent share right used use uses seek"
)
_FOR_WHAT = re.compile(
    r"\b(?:use|used|users?|purposes?|zwecke?n?)\b"
    r"|\bfor (?:\w+ ){0,4}(?:research|academic|personal|private|internal|educational|military)\b"
)
# How other languages begin words for commercial, prohibited and only; signs that forbid.
_ELSEWHERE = re.compile(
    r"\b(?:nicht|kein|nur|kommerz|gewerb|verbot|untersag|nonkommerz|commercia|comercia|interdi|prohib"
    r"|unique?ment|seulement|solamente|vietat|proibi|niet|alleen)|[禁仅限不商]"
)


def is_mere_name(words: Sequence[str]) -> bool:
    """Says whether the words can be a name or a statement of whose a thing is, and no condition."""
    if not IN_NAMES.isdisjoint(words):
        return False
    text = " ".join(words)
    return _FOR_WHAT.search(text) is None and _ELSEWHERE.search(text) is None


NEUTRAL = listed(
    "the this these that a an of to in for and or with by on is are was has have under"
    " following below above see as set forth out here it its all any license licenses licensed"
    " licensing text full complete terms term agreement file files folder repository project"
    " software package library code source model models weights data dataset work works document"
    " documentation applies apply covered covers released made available distributed part from"
    " version end begin start header notice notices copyright holder holders holds c r rights"
    " reserved author authors contributors contributor inc ltd llc gmbh corp corporation company"
    " foundation team page published official original online found at www com org net io html"
    " md txt spdx identifier public open"
)
# Words that name no license, also together.
OF_NOBODY = NEUTRAL | listed("creative commons legal exception notification general statement")
# Where the Free Software Foundation has been and was, as its licenses give it.
STREETS = listed(
    "675 mass ave avenue massachusetts cambridge ma 02139 59 temple place suite 330 boston"
    " 02111 1307 51 franklin street st fifth 5th floor 02110 1301 31 milk 960789 02196 usa"
)
# Anybody disclaims: such words do not tell where a sentence comes from.
BOILERPLATE = listed(
    "warranty warranties merchantability liable liability damages indemnify indemnification"
)
# Of two licenses that a changed text could as well derive from, the one that people use.
USUAL = listed(
    "MIT Apache-2.0 BSD-2-Clause BSD-3-Clause ISC GPL-2.0-only GPL-3.0-only LGPL-2.1-only"
    " LGPL-3.0-only AGPL-3.0-only MPL-2.0 EPL-2.0 CC-BY-4.0 CC-BY-SA-4.0 CC0-1.0 Unlicense"
    " BSL-1.0 Zlib"
)
