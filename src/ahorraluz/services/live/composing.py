"""Events as a message: a title, and a sentence for each."""

from collections.abc import Sequence
from functools import cached_property

from ahorraluz.core.live.events import Weight
from ahorraluz.services.households.keeping import kept_home
from ahorraluz.services.live.due import Reader
from ahorraluz.services.live.saying import event_sentence, event_title
from ahorraluz.services.live.sending import Message
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.live.records import LiveEvent
from ahorraluz.texts import Texts, open_texts

MOST_SAID = 8
"""Events of one message that are told in full."""
LONGEST_SAID = 400
"""Of one event. [characters]"""
_HARMLESS = str.maketrans(
    {"<": "(", ">": ")", "[": "(", "]": ")", "`": "'", "*": "·", "@": "@\u200b"}
)
"""Signs by which services call people or draw links, with harmless ones."""


class Composer:
    """Writes messages of one home for one reader."""

    def __init__(self, tools: Toolbox, reader: Reader, home: str) -> None:
        self._tools, self._reader, self._home = tools, reader, home

    def message(self, events: Sequence[LiveEvent]) -> Message:
        """Return events as one message: warnings first, and the newest last."""
        texts = self._texts
        ordered = sorted(
            events, key=lambda one: (one.content.get("weight") != Weight.WARNING.value, one.at_ms)
        )
        if len(ordered) == 1:
            title = event_title(ordered[0], texts)
            lines = [self._said(ordered[0])]
        else:
            title = texts.text("notices.message-several", count=len(ordered))
            lines = [
                f"• {event_title(one, texts)}: {self._said(one)}" for one in ordered[:MOST_SAID]
            ]
        if len(ordered) > MOST_SAID:
            lines.append(texts.text("notices.message-more", count=len(ordered) - MOST_SAID))
        if self._tools.settings.public_url:
            lines.append(f"{self._tools.settings.public_url}/hogares/{self._home}/avisos")
        name = self._home_name
        of_home = f" · {harmless(name)}" if name else ""
        return Message(title=f"AhorraLuz{of_home}: {title}", body="\n".join(lines))

    def _said(self, event: LiveEvent) -> str:
        try:
            said = event_sentence(event, self._texts, zone=self._reader.zone, names=self._names)
        except (KeyError, ValueError):
            # One that another version kept: what it is about is told, and others are not held up.
            said = event_title(event, self._texts)
        return harmless(said)[:LONGEST_SAID]

    @cached_property
    def _texts(self) -> Texts:
        return open_texts(self._reader.wishes.language)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {one.id: one.name for one in self._tools.store.live.devices.of_home(self._home)}

    @cached_property
    def _home_name(self) -> str:
        """What the home is called, for who has several: else no message needs it."""
        homes = self._tools.store.people.households.homes_of(self._reader.account)
        return kept_home(self._home, tools=self._tools).label if len(homes) > 1 else ""


def harmless(text: str) -> str:
    """Return a text in which nothing calls people, draws links or begins a line of its own.

    Names of devices are typed by whoever may change the home.

    Examples
    --------
    >>> harmless("<!channel> [aquí](https://x)")
    '(!channel) (aquí)(https://x)'
    """
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain.translate(_HARMLESS)
