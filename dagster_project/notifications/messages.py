"""What a mail says: a subject, its recipients, and one content as HTML and as plain text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

LONGEST_SUBJECT = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Message:
    """A mail that was written and not sent yet."""

    subject: str
    recipients: tuple[str, ...]
    text: str
    html: str


def write(template: str, subject: str, recipients: Sequence[str], content: Mapping[str, Any]) -> Message:
    """Return the message that `templates/<template>.html.j2` and `….txt.j2` make of the content.

    A value nobody gave is an error, never an empty place. HTML is escaped.
    """
    head = one_line(subject)
    said = {"subject": head, **content}
    return Message(
        subject=head,
        recipients=tuple(recipients),
        text=_TEMPLATES.get_template(f"{template}.txt.j2").render(said),
        html=_TEMPLATES.get_template(f"{template}.html.j2").render(said),
    )


def words(template: str, content: Mapping[str, Any]) -> dict[str, str]:
    """Return the blocks of `templates/<template>.txt.j2` by their names: words that HTML and plain text share."""
    found = _TEMPLATES.get_template(f"{template}.txt.j2")
    context = found.new_context(dict(content))
    return {name: "".join(block(context)).strip() for name, block in found.blocks.items()}


def one_line(text: str) -> str:
    """Return a text as it may stand in a header: one line, without control characters, not too long."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…"


_TEMPLATES = Environment(
    loader=PackageLoader("dagster_project.notifications"),
    autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
