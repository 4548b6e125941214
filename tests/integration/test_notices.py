"""Messages really go out, by HTTP and mail, and what servers answer is understood.

The servers are on this computer, where messages go because the settings name it; a way that leads
elsewhere inside is stopped where it is called, whatever its name says.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.started import started
from tests.telling_servers import DROP, HANG, MailBox, Receiver, receiving, taking_mail
from tests.told_people import make_told
from tests.waiting import until

from ahorraluz.core.live.events import Kind
from ahorraluz.services.live import sender
from ahorraluz.services.live.notifying import Notifying
from ahorraluz.services.live.sending import Message, Outcome, is_understood, send
from ahorraluz.services.live.ways import Inside, inside_of
from ahorraluz.services.live.wishing import NewWay, add_way, try_way, wishes_of
from ahorraluz.store.live.records import Told
from ahorraluz.texts import open_texts

pytestmark = pytest.mark.integration
HERE = "127.0.0.1"
MESSAGE = Message(title="AhorraLuz: prueba", body="Llevas 118 kWh.\nCuesta S/ 18.40 más, ¿sí?")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def mail_box() -> Iterator[MailBox]:
    with taking_mail() as running:
        yield running


def outcome_of(url: str, *, inside: str = HERE) -> tuple[Outcome, int | None]:
    result = send(MESSAGE, {"a": url}, inside=inside)["a"]
    return result.outcome, result.status


def test_a_message_arrives_by_http_as_it_was_written(receiver: Receiver) -> None:
    assert outcome_of(receiver.url()) == (Outcome.SENT, 200)

    (said,) = receiver.told
    assert said["topic"] == "tema"
    assert said["title"] == MESSAGE.title
    assert said["message"] == MESSAGE.body


def test_a_message_arrives_by_mail(mail_box: MailBox) -> None:
    assert outcome_of(mail_box.url())[0] is Outcome.SENT

    (letter,) = mail_box.letters
    assert "To: rosa@ejemplo.pe" in letter
    assert "Subject: AhorraLuz: prueba" in letter
    assert "Llevas 118 kWh." in letter


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (500, Outcome.FAILED),
        (503, Outcome.FAILED),
        (429, Outcome.FAILED),
        (401, Outcome.REFUSED),
        (404, Outcome.REFUSED),
        (302, Outcome.REFUSED),
    ],
)
def test_what_a_server_answers_tells_whether_to_try_again(
    receiver: Receiver, status: int, outcome: Outcome
) -> None:
    receiver.answers = [status]

    assert outcome_of(receiver.url()) == (outcome, status)
    assert len(receiver.told) == 1


def test_a_server_that_shuts_the_connection_may_have_taken_the_message(receiver: Receiver) -> None:
    receiver.answers = [DROP]

    assert outcome_of(receiver.url()) == (Outcome.UNKNOWN, None)


def test_an_answer_that_never_comes_is_not_waited_for(receiver: Receiver) -> None:
    receiver.answers = [HANG]

    assert outcome_of(receiver.url()) == (Outcome.UNKNOWN, None)


def test_where_nobody_listens_it_is_tried_again(receiver: Receiver) -> None:
    with receiving() as gone:
        url = gone.url()

    assert outcome_of(url) == (Outcome.FAILED, None)


def test_a_huge_answer_is_not_read(receiver: Receiver) -> None:
    receiver.body = b"x" * 50_000_000

    assert outcome_of(receiver.url()) == (Outcome.SENT, 200)


def test_no_redirection_is_followed(receiver: Receiver) -> None:
    with receiving() as inner:
        receiver.answers, receiver.location = [307], f"http://127.0.0.1:{inner.port}/"

        assert outcome_of(receiver.url()) == (Outcome.REFUSED, 307)
        assert inner.told == []


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [
        ("RCPT", "550 nobody", Outcome.REFUSED),
        ("RCPT", "451 later", Outcome.FAILED),
        ("DATA", "451 later", Outcome.FAILED),
        (".", "552 too large", Outcome.REFUSED),
        (".", "451 later", Outcome.FAILED),
        (".", "", Outcome.UNKNOWN),
    ],
)
def test_what_a_mail_server_answers_tells_whether_to_try_again(
    mail_box: MailBox, command: str, answer: str, outcome: Outcome
) -> None:
    mail_box.answers = {command: answer}

    assert outcome_of(mail_box.url())[0] is outcome


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"])
def test_nothing_inside_is_called_that_the_operator_did_not_name(
    receiver: Receiver, host: str
) -> None:
    try:
        socket.getaddrinfo(host.strip("[]"), None)
    except OSError:
        pytest.skip("this machine does not know that name")
    url = receiver.url().replace(HERE, host)

    assert outcome_of(url, inside="")[0] is Outcome.PRIVATE
    assert outcome_of(url, inside="10.0.0.0/8,ntfy.casa")[0] is Outcome.PRIVATE
    assert receiver.told == []


def test_a_mail_server_inside_is_not_called_either(mail_box: MailBox) -> None:
    assert outcome_of(mail_box.url(), inside="")[0] is Outcome.PRIVATE


def test_a_name_that_leads_inside_only_when_it_is_called_is_stopped(receiver: Receiver) -> None:
    program = f"""
import socket
whole = socket.getaddrinfo
def lying(host, port, *rest, **more):
    return whole({HERE!r} if host == "ntfy.ejemplo.pe" else host, port, *rest, **more)
socket.getaddrinfo = lying
from ahorraluz.services.live.sender import main
main()
"""
    url = receiver.url().replace(HERE, "ntfy.ejemplo.pe")
    asked = f'{{"title": "a", "body": "b", "inside": "", "ways": [{{"id": "1", "url": "{url}"}}]}}'

    done = subprocess.run(
        [sys.executable, "-I", "-c", program], input=asked, capture_output=True, text=True
    )

    assert '"outcome": "private"' in done.stdout
    assert receiver.told == []


def test_the_process_that_sends_starts_no_program_and_writes_no_file(tmp_path: Path) -> None:
    program = f"""
import os, subprocess, socket
from ahorraluz.services.live.sender import Guard, _limit
from ahorraluz.services.live.ways import Inside
_limit()
Guard(Inside()).begin()
def barred(act):
    try:
        act()
    except PermissionError:
        return True
    return False
print(barred(lambda: subprocess.run(["true"])), barred(lambda: os.system("true")),
      barred(lambda: open({str(tmp_path / "file")!r}, "w")),
      barred(lambda: socket.socket(socket.AF_UNIX).connect("/run/docker.sock")),
      barred(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("10.0.0.1", 53))))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.split() == ["True"] * 5, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_this_computer_that_everybody_reaches_is_barred(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    guard = sender.Guard(Inside())
    assert guard.lets("8.8.8.8")

    monkeypatch.setattr(sender, "_binds", lambda address: address == "8.8.8.8")

    assert not guard.lets("8.8.8.8")
    assert guard.lets("1.1.1.1")
    assert not sender.Guard(inside_of("8.8.8.8")).lets("10.0.0.1")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ntfys://tema", None),
        ("tgram://no-key/1", Outcome.WRONG),
        ("mailtos://u:p@gmail.com?to=a@b.pe,c@d.pe", Outcome.SEVERAL),
        ("mailtos://u:p@gmail.com/a@b.pe/c@d.pe", Outcome.SEVERAL),
    ],
)
def test_an_address_is_understood_before_it_is_kept(url: str, why: Outcome | None) -> None:
    assert is_understood(url, inside="") is why


def test_a_failed_message_comes_once_when_the_server_is_well_again(
    receiver: Receiver, tmp_path: Path
) -> None:
    told = make_told(tmp_path, notice_hosts=HERE)
    tools, spanish = told.service.tools, open_texts("es")
    new = NewWay(name="Mi celular", url=receiver.url(), agreed=True)
    add_way(told.home, told.rosa.id, new, texts=spanish, tools=tools, as_of=told.clock.at)
    told.happens(Kind.LEFT_ON)
    receiver.answers = [503, 500]
    teller = Notifying(tools, told.clock.now)

    arrived = []
    for _ in range(10):
        arrived.append(teller.tell())
        told.clock.go_on(minutes=2)

    assert sum(arrived) == 1
    assert len(receiver.told) == 3
    assert "«Plancha»" in receiver.told[-1]["message"]
    assert [event.told for event in told.events()] == [Told.TOLD]


def test_a_message_on_trial_arrives(receiver: Receiver, tmp_path: Path) -> None:
    told = make_told(tmp_path, notice_hosts=HERE)
    tools, spanish = told.service.tools, open_texts("es")
    new = NewWay(name="", url=receiver.url(), agreed=True)
    way = add_way(told.home, told.rosa.id, new, texts=spanish, tools=tools, as_of=told.clock.at)

    result = try_way(
        told.home, told.rosa.id, way.id, texts=spanish, tools=tools, as_of=told.clock.at
    )

    assert result.outcome is Outcome.SENT
    assert receiver.told[0]["message"] == "Si lees esto, tus avisos llegan bien."
    assert wishes_of(told.home, told.rosa.id, tools=tools).ways[0].name == "ntfy"


TELLING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ahorraluz.services.live.notifying import Notifying
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
tools = open_toolbox(Settings(data_dir=Path(sys.argv[1]), notice_hosts="127.0.0.1"))
Notifying(tools, lambda: datetime.fromtimestamp(float(sys.argv[2]), tz=UTC)).tell()
"""


def test_a_teller_that_is_killed_while_it_sends_tells_nothing_twice(
    receiver: Receiver, tmp_path: Path
) -> None:
    told = make_told(tmp_path, notice_hosts=HERE)
    tools = told.service.tools
    new = NewWay(name="a", url=receiver.url(), agreed=True)
    add_way(told.home, told.rosa.id, new, texts=open_texts("es"), tools=tools, as_of=told.clock.at)
    told.happens(Kind.LEFT_ON)
    receiver.answers = [HANG]
    program = [sys.executable, "-c", TELLING, str(tmp_path)]
    with started([*program, str(told.clock.at.timestamp())]):
        assert until(lambda: bool(receiver.told))

    for minutes in (0, 5, 15, 60, 600):
        later = str(told.clock.at.timestamp() + 60 * minutes)
        subprocess.run([*program, later], check=True)

    assert len(receiver.told) == 1
    assert [event.told for event in told.events()] == [Told.TOLD]
