"""What a report shows of support, gathered while a run's results are read."""

from __future__ import annotations

from collections.abc import Sequence

from roundtable.evaluation.metrics.support import NOT_CHECKED
from roundtable.evaluation.types import SampleResult
from roundtable.generation.grounding.citations import SUPPORTED_AT_MOST
from roundtable.generation.types import Answer, SentenceCheck
from roundtable.reports.support_view import CandidateSupport, Piece, Unsupported, Withheld

_SHOWN = 6
_TEXT_AT_MOST = 1500


class Supporting:
    """Gathers, candidate by candidate, how answers stand to their passages."""

    def __init__(self) -> None:
        self._of: dict[str, _Candidate] = {}

    def add(self, candidate: str, asked: str, result: SampleResult) -> None:
        """Takes one sample's result.

        Args:
            candidate: Whose.
            asked: What was asked, as the report shows it.
            result: Of the sample.
        """
        self._of.setdefault(candidate, _Candidate()).add(asked, result)

    def views(self) -> tuple[CandidateSupport, ...]:
        """Returns what was gathered; nothing where no answer was held against passages."""
        if not any(one.is_checked for one in self._of.values()):
            return ()
        return tuple(one.view(id) for id, one in self._of.items())


class _Candidate:
    def __init__(self) -> None:
        self.is_checked = False
        self._n = self._n_declined = self._n_withheld = self._n_cut = 0
        self._p: list[float] = []
        self._worst: list[tuple[float, str, SampleResult, tuple[SentenceCheck, ...]]] = []
        self._withheld: list[Withheld] = []

    def add(self, asked: str, result: SampleResult) -> None:
        self._n += 1
        answer, score = result.answer, result.scores.get("unsupported")
        if answer is None:
            return
        self.is_checked |= score is not None or answer.p_unsupported is not None
        if answer.original:
            self._n_withheld += answer.abstained
            self._n_cut += not answer.abstained
            if len(self._withheld) < _SHOWN:
                self._withheld.append(_withheld(asked, result.id, answer))
        elif answer.abstained or (score is not None and score.note == NOT_CHECKED):
            self._n_declined += 1
        if score is None or score.value is None:
            return
        p = float(score.value)
        self._p.append(p)
        if p > SUPPORTED_AT_MOST:
            self._worst.append((p, asked, result, score.sentences))
            self._worst.sort(key=lambda one: -one[0])
            del self._worst[_SHOWN:]

    def view(self, id: str) -> CandidateSupport:
        return CandidateSupport(
            id=id,
            n=self._n,
            n_answered=len(self._p),
            n_unsupported=sum(p > SUPPORTED_AT_MOST for p in self._p),
            n_declined=self._n_declined,
            n_withheld=self._n_withheld,
            n_cut=self._n_cut,
            p=tuple(sorted(self._p)),
            unsupported=tuple(
                _unsupported(asked, result.id, result.answer, p, sentences)
                for p, asked, result, sentences in self._worst
                if result.answer is not None
            ),
            withheld=tuple(self._withheld),
        )


def _withheld(asked: str, sample: str, answer: Answer) -> Withheld:
    return Withheld(
        sample=sample,
        asked=asked[:_TEXT_AT_MOST],
        original=answer.original.strip()[:_TEXT_AT_MOST],
        why=answer.note,
    )


def _unsupported(
    asked: str, sample: str, answer: Answer, p: float, sentences: Sequence[SentenceCheck]
) -> Unsupported:
    bad = [one for one in sentences if one.p_unsupported > SUPPORTED_AT_MOST]
    worst = max(sentences, key=lambda one: one.p_unsupported, default=None)
    passage: tuple[Piece, ...] = ()
    if worst is not None and worst.passage:
        passage = _pieces(worst.passage, [(worst.quote_start, worst.quote_end)])
    return Unsupported(
        sample=sample,
        asked=asked[:_TEXT_AT_MOST],
        answer=_pieces(
            answer.text, [(one.start, one.end) for one in bad] or [(0, len(answer.text))]
        ),
        p=p,
        source=worst.source if worst is not None else "",
        passage=passage,
    )


def _pieces(text: str, marked: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    """Returns a text cut where marks begin and end; no more of it than can be read."""
    text = text[:_TEXT_AT_MOST]
    found, at = [], 0
    for start, end in marked:
        found += [Piece(text=text[at:start]), Piece(text=text[start:end], marked=True)]
        at = max(at, end)
    found.append(Piece(text=text[at:]))
    return tuple(one for one in found if one.text)
