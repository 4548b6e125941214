"""The page of models: versions, which one is served, and who changed that, without any registry."""

from tests.signed_people import Service, Signed

from ahorraluz.services.models.book import Act, Book, KnownVersion
from ahorraluz.services.models.folder import shipped_folder

PAGE = "/administracion/modelos"
ONE = KnownVersion(
    number=1,
    version="ac68aa95ae18",
    trained="2026-11-24",
    registered_at="2026-11-24T10:00:00+00:00",
    data_version="92006c492f4725e6",
    aliases=("challenger",),
    verdict="cannot-tell",
    scores={"168h/nmae": 0.4241},
    run="a",
    registered=2,
)
BACK = Act(
    id="b",
    kind="rolled-back",
    at="2026-11-24T10:00:00+00:00",
    by="ana <script>",
    number=0,
    version="ec6740bf56d0",
    before=1,
    reason="rangos angostos",
)


def test_before_any_training_the_shipped_model_is_served(administrator: Signed) -> None:
    status, text = administrator.get(PAGE)

    assert status == 200
    assert shipped_folder().version in text
    assert "campeona: se sirve" in text
    assert "Todavía no cambió nada." in text


def test_versions_and_changes_are_told_with_who_and_why(
    service: Service, administrator: Signed
) -> None:
    book = Book(data_dir=service.tools.settings.data_dir)
    book.keep_known([ONE])
    book.add(BACK)

    _, text = administrator.get(PAGE)

    assert "ac68aa95ae18" in text
    assert "retadora; todavía no se puede saber" in text
    assert "42.4 %" in text or "42,4 %" in text
    assert "ana &lt;script&gt; volvió a la versión 0; antes era la 1." in text
    assert "Motivo: rangos angostos" in text


def test_a_book_that_cannot_be_read_is_said_and_the_rest_is_shown(
    service: Service, administrator: Signed
) -> None:
    book = Book(data_dir=service.tools.settings.data_dir)
    book.add(BACK)
    (book.folder / "history.jsonl").write_text("{", "utf-8")

    status, text = administrator.get(PAGE)

    assert status == 200
    assert "No se puede leer el archivo" in text
    assert "boosting" in text
