"""A text in another language is told from English."""

import pytest

from roundtable.generation.guard.language import looks_english

ENGLISH = "The store is open until eight, and on Sundays it is closed for the whole of the day."
OTHERS = [
    "Das Geschäft ist bis acht Uhr geöffnet und am Sonntag den ganzen Tag geschlossen.",
    "Le magasin est ouvert jusqu'à huit heures et fermé toute la journée du dimanche.",
    "La tienda está abierta hasta las ocho y los domingos permanece cerrada todo el día.",
    "Il negozio è aperto fino alle otto e la domenica resta chiuso per tutto il giorno.",
    "A loja fica aberta até às oito horas e aos domingos permanece fechada o dia todo.",
    "De winkel is open tot acht uur en op zondag is hij de hele dag gesloten.",
    "Магазин открыт до восьми, а в воскресенье закрыт весь день.",  # noqa: RUF001
    "店は八時まで開いており、日曜日は終日休業です。",
]


def test_english_is_english() -> None:
    assert looks_english(ENGLISH)
    assert looks_english(ENGLISH.lower())
    assert looks_english("42")
    assert looks_english("")


@pytest.mark.parametrize("text", OTHERS)
def test_other_languages_are_not(text: str) -> None:
    assert not looks_english(text)


@pytest.mark.parametrize("text", OTHERS)
def test_an_english_context_does_not_hide_a_foreign_answer(text: str) -> None:
    assert looks_english(ENGLISH)
    assert not looks_english(text)
