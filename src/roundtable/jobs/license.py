"""What may be done with a use case's candidates, a recipe's product, or any asset, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import msgspec

from roundtable.errors import NotFoundError, UsageError
from roundtable.licensing import Finding, Graph, KnowledgeBase, Use, check
from roundtable.licensing.lineage import Asked, asked_of, graph_of, system_id
from roundtable.licensing.naming import check_names, knowledge_of
from roundtable.licensing.overrides import Ruling, rulings, within
from roundtable.licensing.policy import under_policy
from roundtable.licensing.reach import Reach
from roundtable.licensing.remedies import with_remedies
from roundtable.licensing.types import Override
from roundtable.licensing.vocabulary import Audience, Distribution
from roundtable.workspace import UseCase, Workspace
from roundtable.workspace.licenses import LicenseRules, merged_rules

_KINDS = (
    "models/",
    "datasets/",
    "corpora/",
    "prompts/",
    "recipes/",
    "guards/",
    "adapters/",
    "ancestors/",
)


class Licenses(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that answers rest on, made once for many questions.

    Args:
        workspace: Loaded and valid.
        knowledge: The terms, the workspace's own among them.
        graph: All assets.
        rulings: All overrides, expired ones too.
        as_of: The day of the answers.
        quality: What runs measured, by use case and model asset: remedies are ranked by it.
    """

    workspace: Workspace
    knowledge: KnowledgeBase
    graph: Graph
    rulings: tuple[Ruling, ...]
    as_of: date
    quality: Mapping[str, Mapping[str, float]] = {}

    def of_usecase(
        self, usecase: UseCase, candidates: Iterable[str] | None = None
    ) -> dict[str, Finding]:
        """Returns a finding for each candidate, by its id in the use case.

        Args:
            usecase: What is asked: its `[use]` and its audience.
            candidates: Only these; None for all.
        """
        ids = [one.id for one in usecase.candidates] if candidates is None else list(candidates)
        return {id: self.of_part(usecase, system_id(usecase.id, id)) for id in ids}

    def of_part(self, usecase: UseCase, asset: str) -> Finding:
        """Returns the finding for an asset, used as a use case says."""
        asked = asked_of(usecase, asset)
        return self._finding(asked, rules=usecase.licenses, scope=usecase.id)

    def of_recipe(self, id: str) -> Finding:
        """Returns the finding for what a recipe makes, used as its use case says, if it names one.

        Raises:
            NotFoundError: there is no such recipe.
        """
        recipes = self.workspace.recipes
        if id not in recipes:
            raise NotFoundError("recipe", id, recipes)
        usecase = self.workspace.usecases.get(recipes[id].usecase)
        asset = f"recipes/{id}"
        return self.of_part(usecase, asset) if usecase else self.of_asset(Use(asset=asset))

    def of_asset(self, use: Use, *, assumed: tuple[str, ...] = ()) -> Finding:
        """Returns the finding for an asset used on its own, outside every use case.

        Args:
            use: What is asked.
            assumed: What nobody said, a sentence each.

        Raises:
            NotFoundError: there is no such asset.
        """
        matching = [
            policy.licenses
            for policy in self.workspace.policies.values()
            if policy.matches(audience=use.audience, stage=None)
        ]
        rules = merged_rules(LicenseRules(), matching)
        return self._finding(Asked(use=use, assumed=assumed), rules=rules, scope="")

    def _finding(self, asked: Asked, *, rules: LicenseRules, scope: str) -> Finding:
        overrides = within(self.rulings, scope)

        def ask(graph: Graph, use: Use, more: Sequence[Override]) -> Finding:
            decided = (*overrides, *more)
            found = check(graph, use, knowledge=self.knowledge, overrides=decided, as_of=self.as_of)
            return under_policy(
                found,
                rules,
                reach=Reach.of(graph, self.knowledge),
                asset=use.asset,
                knowledge=self.knowledge,
                overrides=decided,
                as_of=self.as_of,
            )

        finding = with_remedies(
            ask(self.graph, asked.use, ()),
            self.graph,
            asked.use,
            ask,
            as_of=self.as_of,
            quality=self.quality.get(scope),
        )
        return msgspec.structs.replace(
            finding, use=asked.use, assumed=(*asked.assumed, *finding.assumed)
        )


def licenses_of(
    workspace: Workspace, *, as_of: date | None = None, terms: KnowledgeBase | None = None
) -> Licenses:
    """Returns what answers about licenses rest on.

    Args:
        workspace: Loaded and valid.
        as_of: The day of the answers; None: today.
        terms: Terms in place of those that come with Roundtable.

    Raises:
        InputError: a license or a clause that no terms know, terms that contradict themselves, or
            assets that are made from themselves.
    """
    day = as_of or date.today()
    knowledge = knowledge_of(workspace, base=terms)
    check_names(workspace, knowledge)
    return Licenses(
        workspace=workspace,
        knowledge=knowledge,
        graph=graph_of(workspace),
        rulings=rulings(workspace, as_of=day),
        as_of=day,
    )


def check_license(
    workspace: Workspace, target: str = "", *, as_of: date | None = None
) -> list[Finding]:
    """Answers what may be done, and why: triage that prepares a decision, not legal advice.

    Args:
        workspace: Loaded and valid.
        target: A use case's id (each of its candidates), a candidate (`usecases/triage#few-shot`),
            a recipe (`recipes/triage-lora`: what it makes), any other asset (`models/base`, used
            inside the house), or empty: every candidate and every recipe.
        as_of: The day of the answer; None: today.

    Raises:
        InputError: there is no such thing, or the workspace names licenses that no terms know.
    """
    return list(answers(licenses_of(workspace, as_of=as_of), target))


def answers(
    licenses: Licenses,
    target: str,
    *,
    distribution: Distribution | None = None,
    audience: Audience | None = None,
) -> Iterator[Finding]:
    """Yields what `check_license` returns.

    Args:
        licenses: What the answers rest on.
        target: As in `check_license`.
        distribution: What leaves the house, of an asset outside every use case; None:
            internal-only.
        audience: Who sees what it says, likewise; None: internal.

    Raises:
        NotFoundError: there is no such thing.
        UsageError: it is asked of a use case, which says both itself.
    """
    workspace = licenses.workspace
    if target.startswith(_KINDS) and not target.startswith("recipes/"):
        asked = Use(
            asset=target,
            distribution=distribution or "internal-only",
            audience=audience or "internal",
        )
        assumed = f"no use case was asked: {asked.distribution}, {asked.audience}, commercial"
        yield licenses.of_asset(asked, assumed=(assumed,))
        return
    if distribution or audience:
        raise UsageError(
            "distribution and audience are for an asset on its own",
            fix="name one, such as models/base; a use case says both itself",
        )
    if not target:
        for one in workspace.usecases.values():
            yield from licenses.of_usecase(one).values()
        for id in workspace.recipes:
            yield licenses.of_recipe(id)
        return
    usecase, hash, candidate = target.removeprefix("usecases/").partition("#")
    if target.startswith("recipes/"):
        yield licenses.of_recipe(target.removeprefix("recipes/"))
    elif hash:
        found = workspace.usecase(usecase)
        known = [one.id for one in found.candidates]
        if candidate not in known:
            raise NotFoundError("candidate", candidate, known)
        yield from licenses.of_usecase(found, [candidate]).values()
    else:
        if usecase not in workspace.usecases:
            raise NotFoundError(
                "usecase or asset", target, [*workspace.usecases, *(a.id for a in licenses.graph)]
            )
        yield from licenses.of_usecase(workspace.usecases[usecase]).values()
