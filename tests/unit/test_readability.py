"""Households read what a child of the sixth grade can read, measured text by text."""

import re
from pathlib import Path

import pytest
from tests.readability import huerta, longer_texts, perspicuity, syllables

from ahorraluz.texts import OF_HOUSEHOLDS

DOMAINS = (*OF_HOUSEHOLDS, "off_cli")
MEAN_BAR, MEAN_HUERTA, TEXT_BAR = 65.0, 70.0, 55.0
"""INFLESZ "quite easy" and Fernández Huerta's sixth grade for a domain; "normal" for each text."""
NAMES_OF_LAW = {
    "claim.rule-precedents": "names of binding precedents, as the letter to the company cites them",
    "claim.rule-igv": "names of lines of the recibo, as the letter to the company cites them",
}
TABLE = Path(__file__).parents[2] / "docs" / "explanation" / "reading-level.md"
ROW = re.compile(r"^\| `([a-z_]+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("luz", 1),
        ("recibo", 3),
        ("energía", 4),
        ("ahorro", 3),
        ("aéreo", 4),
        ("quien", 1),
        ("día", 2),
        ("guitarra", 3),
        ("agua", 2),
        ("muy", 1),
        ("rey", 1),
        ("playa", 2),
        ("pingüino", 3),
        ("construido", 3),
        ("leer", 2),
        ("vehículo", 4),
        ("electrodoméstico", 7),
        ("y", 1),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_formulas_are_those_that_were_published() -> None:
    text = "La casa es azul. El perro come pan."

    # 8 words, 12 syllables, 2 sentences.
    assert perspicuity(text) == pytest.approx(206.835 - 62.3 * 12 / 8 - 8 / 2)
    assert huerta(text) == pytest.approx(206.84 - 60 * 12 / 8 - 1.02 * 8 / 2)


def test_hard_prose_is_told_from_easy() -> None:
    hard = (
        "La determinación de la contraprestación tarifaria correspondiente a los suministros "
        "residenciales considera mecanismos de compensación regulatoriamente establecidos."
    )

    assert perspicuity(hard) < 0
    assert perspicuity("Apaga la luz si sales. Cada foco que apagas te ahorra plata.") > 80


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_reads_as_the_sixth_grade_reads(domain: str) -> None:
    texts = longer_texts(domain).values()
    if not texts:
        pytest.skip("labels only")

    assert sum(map(perspicuity, texts)) / len(texts) >= MEAN_BAR
    assert sum(map(huerta, texts)) / len(texts) >= MEAN_HUERTA


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_single_text_is_hard(domain: str) -> None:
    hard = {
        key: round(found, 1)
        for key, text in longer_texts(domain).items()
        if (found := perspicuity(text)) < TEXT_BAR and key not in NAMES_OF_LAW
    }

    assert hard == {}


def test_the_table_of_the_documentation_is_true() -> None:
    told = {row[0]: tuple(map(int, row[1:])) for row in ROW.findall(TABLE.read_text("utf-8"))}
    # Texts come and go: a table within two points and a tenth of the texts is still true.
    for domain in DOMAINS:
        texts = longer_texts(domain)
        if not texts:
            assert domain not in told
            continue
        count, mean, by_huerta, _ = told[domain]
        easy = [perspicuity(text) for text in texts.values()]
        assert count == pytest.approx(len(easy), rel=0.1, abs=2), domain
        assert mean == pytest.approx(sum(easy) / len(easy), abs=2), domain
        assert by_huerta == pytest.approx(sum(map(huerta, texts.values())) / len(easy), abs=2), (
            domain
        )
