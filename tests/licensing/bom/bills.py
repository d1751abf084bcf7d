"""Bills drawn by chance, and one that a person can read."""

from hypothesis import strategies as st

from roundtable.licensing.bom import Answer, Bill, BillFile, Component, Endpoint, License
from roundtable.licensing.types import Parent, Terms
from roundtable.licensing.vocabulary import KINDS, RELATIONS

TERMS = (
    Terms(id="Apache-2.0", name="Apache License 2.0", url="https://www.apache.org/licenses/"),
    Terms(id="MIT", name="MIT License"),
    Terms(id="llama-2", name="Llama 2 Community License", aliases=("llama2",)),
    Terms(id="internal", name="Our own"),
    Terms(id="unknown", name="Unknown license"),
)
LICENSES = (
    License(id="Apache-2.0", name="Apache License 2.0", spdx="Apache-2.0"),
    License(
        id="llama-2",
        name="Llama 2 Community License",
        url="https://ai.meta.com/llama/license/",
        policies=("1(b)(v): outputs may not improve other models",),
    ),
)
_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
_SHA = st.text("0123456789abcdef", min_size=64, max_size=64)
_FILES = st.lists(
    st.builds(BillFile, name=_TEXT.filter(bool), sha256=_SHA, size_bytes=st.integers(0, 2**40)),
    max_size=3,
    unique_by=lambda file: file.name,
).map(tuple)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    """A bill of up to eight parts; what they are made of stands before them, so no cycle."""
    components: list[Component] = [Component(id="usecases/a", kind="system", license="internal")]
    for number in range(draw(st.integers(1, 7))):
        earlier = [one.id for one in components[1:]]
        edges = st.builds(Parent, id=st.sampled_from(earlier), relation=st.sampled_from(RELATIONS))
        kind = draw(st.sampled_from(KINDS))
        components.append(
            Component(
                id=f"{kind}s/{draw(st.sampled_from('abc'))}-{number}",
                kind=kind,
                license=draw(st.sampled_from(["Apache-2.0", "llama-2", "internal", "unknown"])),
                lineage=draw(st.sampled_from(["declared", "undisclosed"])),
                parents=tuple(draw(st.lists(edges, max_size=4))) if earlier else (),
                name=draw(_TEXT),
                version=draw(_TEXT),
                description=draw(_TEXT),
                files=draw(_FILES),
                facts=draw(st.lists(st.tuples(_TEXT, _TEXT), max_size=2).map(tuple)),
            )
        )
    parts = st.sampled_from([one.id for one in components[1:]])
    held = draw(st.lists(parts, min_size=1, unique=True))
    root = Component(
        id="usecases/a",
        kind="system",
        license="internal",
        description=draw(_TEXT),
        parents=tuple(Parent(id=id, relation="includes") for id in held),
    )
    return Bill(root=root.id, components=(root, *components[1:]), licenses=LICENSES, task="choice")


def reply_bill() -> Bill:
    """An adapter trained on what another model wrote, beside a hosted model."""
    return Bill(
        root="usecases/reply",
        task="generate",
        audience="product",
        licenses=LICENSES,
        services=(
            Endpoint(
                id="services/api.example.com",
                provider="api.example.com",
                url="https://api.example.com/v1",
                authenticated=True,
            ),
        ),
        answers=(
            Answer(
                component="usecases/reply",
                verdict="prohibited",
                obligations=("credit",),
                because=("llama-2 1(b)(v): outputs may not improve other models",),
            ),
        ),
        components=(
            Component(
                id="usecases/reply",
                kind="system",
                license="internal",
                description="Draft a reply",
                parents=(
                    Parent(id="models/reply", relation="includes"),
                    Parent(id="models/hosted", relation="includes"),
                    Parent(id="corpora/help", relation="retrieves-from"),
                    Parent(id="software/x", relation="includes"),
                ),
            ),
            Component(
                id="models/reply",
                kind="adapter",
                license="internal",
                parents=(
                    Parent(id="models/base", relation="adapter-of"),
                    Parent(id="datasets/drafts", relation="trained-on"),
                    Parent(id="datasets/rows", relation="evaluated-on"),
                ),
            ),
            Component(
                id="models/base",
                kind="model",
                license="Apache-2.0",
                lineage="undisclosed",
                files=(BillFile(name="base.gguf", sha256="a" * 64, size_bytes=3),),
            ),
            Component(id="models/llama", kind="model", license="llama-2", lineage="undisclosed"),
            Component(
                id="models/hosted",
                kind="model",
                lineage="undisclosed",
                service="services/api.example.com",
            ),
            Component(
                id="datasets/drafts",
                kind="dataset",
                license="internal",
                parents=(Parent(id="models/llama", relation="generated-by"),),
                files=(
                    BillFile(name="a.jsonl", sha256="b" * 64, size_bytes=3),
                    BillFile(name="b.jsonl", sha256="c" * 64, size_bytes=4),
                ),
            ),
            Component(id="datasets/rows", kind="dataset", license="internal"),
            Component(id="corpora/help", kind="corpus", license="Apache-2.0"),
            Component(
                id="software/x",
                kind="software",
                license="MIT",
                stated="MIT OR Zlib",
                version="1.0",
                purl="pkg:pypi/x@1.0",
            ),
        ),
    )
