"""A cross-encoder of one's own, as an ONNX file."""

from importlib import resources
from pathlib import Path

import pytest

from roundtable.errors import InputError, UsageError
from roundtable.generation.guard import Claim
from roundtable.generation.guard.cross_encoder import CrossEncoder
from roundtable.generation.guard.entailment import logits
from roundtable.similarity.wordpiece import tokenizer

HOURS = "The museum opens at nine. On Sundays it closes at five."
ANSWER = "The museum opens at nine. Dogs may enter for free."


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in network, as a file with its tokenizer beside it."""
    folder = tmp_path_factory.mktemp("model")
    source = resources.files("roundtable.generation.guard").joinpath("support.onnx")
    (folder / "model.onnx").write_bytes(source.read_bytes())
    tokenizer().save(str(folder / "tokenizer.json"))
    return folder / "model.onnx"


def test_each_sentence_gets_the_models_probability_and_the_answer_its_worst(model: Path) -> None:
    verdict = CrossEncoder(path=str(model)).check([Claim(id=1, context=HOURS, answer=ANSWER)])[0]
    pairs = [(HOURS, text) for text in ("The museum opens at nine.", "Dogs may enter for free.")]
    odds = logits(pairs)
    shares = [s.score / (1 - s.score) for s in verdict.sentences]
    assert [pytest.approx(share, rel=0.02) for share in shares] == [2.718281828**o for o in odds]
    assert verdict.score == max(s.score for s in verdict.sentences)
    first = verdict.sentences[0]
    assert ANSWER[first.start : first.end] == "The museum opens at nine."


def test_the_other_column_and_a_negative_slope_turn_it_round(model: Path) -> None:
    claims = [Claim(id=1, context=HOURS, answer="The museum opens at nine.")]
    plain = CrossEncoder(path=str(model)).check(claims)[0].score
    other = CrossEncoder(path=str(model), supported=1).check(claims)[0].score
    turned = CrossEncoder(path=str(model), slope=-1.0).check(claims)[0].score
    assert other == pytest.approx(1 - plain, abs=1e-5)
    assert turned == pytest.approx(1 - plain, abs=1e-5)


def test_an_empty_answer_and_an_empty_context_promise_nothing(model: Path) -> None:
    checker = CrossEncoder(path=str(model))
    nothing, unfounded = checker.check(
        [Claim(id=1, context=HOURS, answer=""), Claim(id=2, context=" ", answer="It is open.")]
    )
    assert nothing.score == unfounded.score == 1.0
    assert nothing.note
    assert unfounded.note


def test_a_file_that_is_not_there_or_no_model_is_told(tmp_path: Path) -> None:
    claims = [Claim(id=1, context=HOURS, answer=ANSWER)]
    with pytest.raises(InputError, match="no such file"):
        CrossEncoder(path=str(tmp_path / "none.onnx")).check(claims)
    (tmp_path / "torn.onnx").write_bytes(b"no model")
    tokenizer().save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(InputError, match="cannot be read"):
        CrossEncoder(path=str(tmp_path / "torn.onnx")).check(claims)


def test_a_column_that_the_model_does_not_have_is_told(model: Path) -> None:
    with pytest.raises(InputError, match="2 columns"):
        CrossEncoder(path=str(model), supported=2).check(
            [Claim(id=1, context=HOURS, answer=ANSWER)]
        )


def test_options_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(UsageError):
        CrossEncoder(path="x.onnx", max_tokens=2)
