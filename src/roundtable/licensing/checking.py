"""The answer for one use: which clauses bind, what they ask, and which of them decide.

Source: the sections Clauses, Answer and Overrides of the rules page (`licenses/vocabulary.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from roundtable.licensing.carriers import Carrier, carriers
from roundtable.licensing.doubts import doubts
from roundtable.licensing.graph import Graph
from roundtable.licensing.knowledge import LINEAGE, UNKNOWN, UNREAD, KnowledgeBase
from roundtable.licensing.reach import Reach
from roundtable.licensing.steps import MIXED, MODIFIED, WORK
from roundtable.licensing.types import Because, Clause, Finding, Override, Terms, Use
from roundtable.licensing.vocabulary import EFFECTS, STATES, VERDICTS, Verdict
from roundtable.licensing.wording import LEFT_OUT, clause_in_words, consequence, way

GAP = "record-lineage-gap"
"""The duty that what nobody knows brings, as long as it stays inside."""
_SHARED = 1 << MODIFIED | 1 << MIXED
_RESTRICTED = 1 << WORK | _SHARED


class Bound(NamedTuple):
    """A clause whose conditions hold, for the assets of one origin."""

    origin: int
    terms: Terms
    clause: Clause
    # A bit for each state in which it binds, among those in which the origin reaches.
    states: int
    verdict: Verdict | None
    duties: tuple[str, ...]
    # Whether it binds with `review` since the use does not say where the company is.
    unsaid: bool
    # The states in which it takes part in the share-alike conflict; 0: there is none.
    conflict: int = 0
    # The licenses whose clauses it is in conflict with.
    against: tuple[str, ...] = ()


def check(
    graph: Graph,
    use: Use,
    *,
    knowledge: KnowledgeBase,
    overrides: Iterable[Override] = (),
    as_of: date,
    id: str = "",
) -> Finding:
    """Answers whether an asset may be used like this, and why.

    It is triage that prepares a decision, not legal advice.

    Args:
        graph: Assets and what they were made from.
        use: What is asked.
        knowledge: The terms.
        overrides: Decisions of counsel or a licensor.
        as_of: The day of the answer: overrides that expire before it change nothing.
        id: What the finding is called; the used asset's if empty.

    Raises:
        InputError: the used asset is not in the graph, or a license or an overridden clause is in
            no terms.
    """
    position = graph.position(use.asset)
    reach = Reach.of(graph, knowledge)
    rulings = Rulings(overrides, knowledge, as_of)
    bound = _in_conflict(list(_bound(reach, position, use)), use)
    question = _Question(reach, position, rulings, bound)
    verdict = question.verdict()
    return Finding(
        id=id or use.asset,
        verdict=verdict,
        obligations=tuple(sorted({duty for one in bound for duty in one.duties})),
        because=question.because(verdict, use),
        expired=question.about(rulings.expired),
        overridden=question.about(rulings.in_force),
        assumed=doubts(use, knowledge),
        unverified=tuple(
            sorted(
                {
                    reach.origins[number].terms.id
                    for number, _ in reach.states(position)
                    if reach.origins[number].terms.verified != "text"
                }
            )
        ),
    )


class Rulings:
    """Overrides by the clause that they are about.

    Raises:
        NotFoundError: an override is of a clause that is in no terms.
    """

    def __init__(
        self, overrides: Iterable[Override], knowledge: KnowledgeBase, as_of: date
    ) -> None:
        self._of: dict[tuple[str, str], list[Override]] = {}
        self.expired: list[tuple[tuple[str, str], Override]] = []
        self.in_force: list[tuple[tuple[str, str], Override]] = []
        for one in overrides:
            clause = knowledge.clause(one.license, one.clause)
            is_lineage = one.license.casefold() == LINEAGE.id
            license = LINEAGE.id if is_lineage else knowledge.get(one.license).id
            key = (license, clause.id)
            if as_of <= one.expires:
                self._of.setdefault(key, []).append(one)
                self.in_force.append((key, one))
            else:
                self.expired.append((key, one))

    def is_scoped(self, bound: Bound) -> bool:
        """Tells whether one in force is for some asset alone."""
        return any(one.asset is not None for one in self._on(bound))

    def gravest(self, bound: Bound, asset: str | None) -> Override | None:
        """Returns the gravest in force, for an asset or for every asset."""
        if not self._of:
            return None
        found = [one for one in self._on(bound) if one.asset is None or one.asset == asset]
        return max(found, key=lambda one: EFFECTS.index(one.effect), default=None)

    def _on(self, bound: Bound) -> Sequence[Override]:
        return self._of.get((bound.terms.id, bound.clause.id), ())


class _Question:
    def __init__(
        self, reach: Reach, position: int, rulings: Rulings, bound: Sequence[Bound]
    ) -> None:
        self._graph = reach.graph
        self._reach = reach
        self._position = position
        self._rulings = rulings
        self._bound = bound
        # What has been told, by what it depends on.
        self._ways: dict[tuple[int, int], tuple[tuple[str, ...], str]] = {}
        self._texts: dict[tuple[int, bool, int], str] = {}

    def verdict(self) -> Verdict:
        found: list[Verdict] = ["allowed"]
        for one in self._bound:
            if one.duties:
                found.append("conditions")
            found += self._verdicts(one)
        return max(found, key=VERDICTS.index)

    def because(self, verdict: Verdict, use: Use) -> tuple[Because, ...]:
        if verdict == "allowed":
            return ()
        if verdict == "conditions":
            deciding = [one for one in self._bound if one.duties]
        else:
            deciding = [one for one in self._bound if verdict in self._verdicts(one)]
        # The order in which the terms list their clauses.
        numbers = {(one.terms.id, one.clause.id): n for n, one in enumerate(self._bound)}
        found = []
        for one, carrier in self._instances(deciding):
            asset = self._graph.assets[carrier.position].id
            conflicts = bool(carrier.states & one.conflict)
            ruled = self._ruled(one, conflicts, asset)
            if verdict != "conditions" and ruled != verdict:
                continue
            ruling = self._rulings.gravest(one, asset)
            by_conflict = conflicts and ruling is None and one.verdict != "prohibited"
            states = carrier.states & (one.conflict if by_conflict else one.states)
            path, came = self._way(carrier, states)
            told = self._told(one, asset, use, verdict, by_conflict, ruling)
            because = Because(
                license=one.terms.id,
                clause=one.clause.id,
                asset=asset,
                why=f"{came}. {told}",
                path=path,
            )
            found.append((one.terms.id, numbers[one.terms.id, one.clause.id], asset, because))
        found.sort(key=lambda each: each[:3])
        return tuple(each[3] for each in found)

    def _way(self, carrier: Carrier, states: int) -> tuple[tuple[str, ...], str]:
        ways = carrier.ways
        fitting = [state for state in ways if states >> state & 1]
        state = min(fitting, key=lambda one: (ways[one].n_steps, one))
        key = (carrier.position, state)
        if key not in self._ways:
            hops = ways[state].hops()
            path = tuple(
                LEFT_OUT if position < 0 else self._graph.assets[position].id
                for position, _ in hops
            )
            relations = [relation for _, relation in hops[:-1]]
            self._ways[key] = (path, way(path, relations))
        return self._ways[key]

    def _told(
        self,
        one: Bound,
        asset: str,
        use: Use,
        verdict: Verdict,
        by_conflict: bool,
        ruling: Override | None,
    ) -> str:
        nobody = _NOBODY.get(one.clause.id) if _is_built_in(one) else None
        if nobody:
            follows = consequence(verdict, one.duties, ruling=ruling)
            return f"{nobody.format(asset=asset, name=one.terms.name)} {follows}"
        key = (id(one), by_conflict, id(ruling))
        if key not in self._texts:
            self._texts[key] = clause_in_words(
                one.terms,
                one.clause,
                use,
                verdict=verdict,
                duties=one.duties,
                unsaid=one.unsaid,
                against=one.against if by_conflict else (),
                ruling=ruling,
            )
        return self._texts[key]

    def about(self, rulings: Sequence[tuple[tuple[str, str], Override]]) -> tuple[Override, ...]:
        """Returns those overrides that are about a clause that binds, for an asset it binds for."""
        found = []
        for (license, clause), override in rulings:
            covered = [
                one for one in self._bound if (one.terms.id, one.clause.id) == (license, clause)
            ]
            if override.asset is not None:
                covered = [
                    one
                    for one, carrier in self._instances(covered)
                    if self._graph.assets[carrier.position].id == override.asset
                ]
            if covered:
                found.append(override)
        return tuple(found)

    def _verdicts(self, one: Bound) -> set[Verdict]:
        """Returns the verdicts of a clause: several where an override is for one asset alone."""
        if not self._rulings.is_scoped(one):
            ruled = {self._ruled(one, bool(one.conflict), None)}
        else:
            ruled = {
                self._ruled(
                    one,
                    bool(carrier.states & one.conflict),
                    self._graph.assets[carrier.position].id,
                )
                for _, carrier in self._instances([one])
            }
        return {verdict for verdict in ruled if verdict}

    def _ruled(self, one: Bound, conflicts: bool, asset: str | None) -> Verdict | None:
        ruling = self._rulings.gravest(one, asset)
        if ruling is not None:
            return None if ruling.effect == "waived" else ruling.effect
        return "prohibited" if conflicts else one.verdict

    def _instances(self, bound: Sequence[Bound]) -> Iterator[tuple[Bound, Carrier]]:
        wanted: dict[int, int] = {}
        of: dict[int, list[Bound]] = {}
        for one in bound:
            wanted[one.origin] = wanted.get(one.origin, 0) | one.states
            of.setdefault(one.origin, []).append(one)
        for carrier in carriers(self._reach, self._position, wanted):
            for one in of[carrier.origin]:
                if carrier.states & one.states:
                    yield one, carrier


def _bound(reach: Reach, position: int, use: Use) -> Iterator[Bound]:
    inside = use.audience == "internal" and use.distribution == "internal-only"
    for number, states in reach.states(position):
        origin = reach.origins[number]
        clauses = [(origin.terms, clause) for clause in origin.terms.clauses]
        if origin.terms.verified == "unverified":
            clauses.append((origin.terms, UNREAD))
        if origin.undisclosed:
            clauses.append((LINEAGE, LINEAGE.clauses[0]))
        for terms, clause in clauses:
            bits = states & sum(1 << STATES.index(state) for state in clause.reach)
            said = binds(clause, use)
            if not bits or said is False:
                continue
            verdict: Verdict | None = clause.verdict if said else "review"
            one = Bound(number, terms, clause, bits, verdict, clause.duties, said is None)
            if _is_built_in(one):
                verdict, duties = (None, (GAP,)) if inside else ("review", ())
                one = one._replace(verdict=verdict, duties=duties)
            yield one


_NOBODY = {
    "undisclosed": "Nobody says what {asset} was made from.",
    "unknown": "Nobody can say under which terms {asset} stands.",
    "unverified": "Nobody could read the terms of {asset} ({name}).",
}


def _is_built_in(one: Bound) -> bool:
    return one.terms is LINEAGE or one.terms is UNKNOWN or one.clause is UNREAD


def binds(clause: Clause, use: Use) -> bool | None:
    """Returns whether what a clause asks of a use holds; None: the use does not say.

    Only where the company is may be left unsaid.
    """
    when = clause.when
    holds = (
        (when.distribution is None or use.distribution in when.distribution)
        and (when.audience is None or use.audience in when.audience)
        and (when.commercial is None or use.commercial == when.commercial)
        and (when.users_over is None or use.monthly_active_users > when.users_over)
        and (when.domains is None or bool(_folded(when.domains) & _folded(use.domains)))
    )
    if not holds or when.company_region is None:
        return holds
    # The rules page writes the default as `unknown`, so whoever writes that says nothing either.
    if not use.company_region or use.company_region.casefold() == "unknown":
        return None
    return use.company_region.casefold() in _folded(when.company_region)


def _folded(words: Iterable[str]) -> set[str]:
    return {word.casefold() for word in words}


def _in_conflict(bound: Sequence[Bound], use: Use) -> list[Bound]:
    """Marks the clauses that one artifact cannot obey together, when it is handed out."""
    if use.distribution != "weights":
        return list(bound)
    zones = {"share-alike": _SHARED, "restricts": _RESTRICTED}
    found = []
    parts = [(one, one.states & zones.get(one.clause.tag or "", 0)) for one in bound]
    for one, states in parts:
        others = {
            other.terms.id
            for other, theirs in parts
            if theirs and other.clause.tag != one.clause.tag and other.terms.id != one.terms.id
        }
        if states and others:
            one = one._replace(conflict=states, against=tuple(sorted(others)))
        found.append(one)
    return found
