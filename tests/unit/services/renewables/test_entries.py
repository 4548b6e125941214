"""The repository: everything has a source and words, and is found by what people look for."""

from datetime import date

import pytest

from ahorraluz.catalog.renewables import load_entries
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.renewables.technologies import EntryKind
from ahorraluz.services.renewables.entries import (
    Filters,
    entry_about,
    entry_name,
    entry_value,
    find_entries,
    find_entry,
    regions_of,
)
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.texts import Texts, open_texts


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_entry_has_a_name_a_source_and_words(language: str) -> None:
    words = open_texts(language)

    for entry in load_entries():
        assert entry_name(entry, words)
        assert entry.source.title
        assert entry.source.consulted >= date(2026, 11, 24)
        assert regions_of(entry, words)
        assert "{" not in entry_about(entry, words) + (entry_value(entry, words) or "")


def test_ids_are_addresses_of_one_entry_each() -> None:
    ids = [entry.id for entry in load_entries()]

    assert len(ids) == len(set(ids))
    assert all(set(one) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.") for one in ids)


@pytest.mark.parametrize("text", ["dióxido", "zzz"])
def test_words_that_nothing_has_find_nothing(text: str, tools: Toolbox, texts: Texts) -> None:
    assert find_entries(Filters(text=text), tools=tools, texts=texts) == ()


@pytest.mark.parametrize("text", ["LEÑA cocina", "lena", "Cocína"])
def test_accents_and_capitals_do_not_matter(text: str, tools: Toolbox, texts: Texts) -> None:
    found = find_entries(Filters(text=text), tools=tools, texts=texts)

    assert "improved-stove" in [entry.id for entry in found]


def test_a_region_has_its_own_and_what_is_offered_everywhere(tools: Toolbox, texts: Texts) -> None:
    found = find_entries(Filters(region="Áncash", kind="provider"), tools=tools, texts=texts)
    in_puno = find_entries(Filters(region="puno"), tools=tools, texts=texts)

    assert "autosolar" in [entry.id for entry in found]
    assert "quilla-electric" not in [entry.id for entry in found]
    assert in_puno[0].id == "novatec"


def test_a_need_leads_to_what_answers_it(tools: Toolbox, texts: Texts) -> None:
    found = find_entries(Filters(need="no-line"), tools=tools, texts=texts)

    assert {"offgrid-pv", "fise", "acciona-org"} <= {entry.id for entry in found}
    assert "yacusol" not in {entry.id for entry in found}


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        (Filters(technology="fusion"), "entry-filter-unknown"),
        (Filters(need="gold"), "entry-filter-unknown"),
        (Filters(kind="thing"), "entry-filter-unknown"),
        (Filters(region="Atlantis"), "department-unknown"),
    ],
)
def test_a_filter_that_is_none_is_refused_with_those_that_are(
    filters: Filters, code: str, tools: Toolbox, texts: Texts
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        find_entries(filters, tools=tools, texts=texts)

    assert refused.value.issue.code == code


def test_an_entry_that_is_none_is_refused_with_those_like_it(tools: Toolbox) -> None:
    with pytest.raises(InvalidInputError) as refused:
        find_entry("yacusoll", tools=tools)

    assert refused.value.issue.parameters["known"] == ["yacusol"]


def test_where_no_price_was_found_it_says_so(texts: Texts) -> None:
    named = {entry.id: entry for entry in load_entries()}

    assert "cotización" in str(entry_value(named["battery-price"], texts))
    assert named["battery-price"].kind is EntryKind.PRODUCT
    assert entry_value(named["solar-water-heater-saving-claimed"], texts) == "hasta 80 %"
