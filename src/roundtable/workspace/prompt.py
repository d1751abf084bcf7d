"""A prompt's file: YAML front matter, then Jinja2 under role headings."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from roundtable.workspace.declared import (
    OPERATIONAL,
    Asset,
    Count,
    Declared,
    Lineage,
    Number,
    Parent,
    Text,
    Whole,
    wrong,
)

Role = Literal["system", "user", "assistant"]
HEADING = re.compile(r"#[ \t]+(system|user|assistant)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class Parameters(Declared):
    """How a model is to sample; what is left out is the provider's or Roundtable's default."""

    temperature: Number | None = Field(default=None, ge=0, le=2, description="In [0, 2].")
    top_p: Number | None = Field(default=None, gt=0, le=1, description="In (0, 1].")
    max_tokens: Count | None = Field(default=None, description="The most tokens of an answer.")
    stop: tuple[Text, ...] | None = Field(default=None, description="Texts that end an answer.")
    seed: Whole | None = Field(default=None, description="The sampler's seed.")


class Section(Declared):
    """The text of one role."""

    role: Role = Field(description="Who says it.")
    source: str = Field(description="The Jinja2 source.")
    line: int = Field(
        description="The line of the file that it starts on, from 1.",
        json_schema_extra=OPERATIONAL,
    )


class Prompt(Asset):
    """A prompt: its front matter, and its text by role."""

    title: str = Field(
        default="", description="What people call it.", json_schema_extra=OPERATIONAL
    )
    owner: str = Field(default="", description="Who answers for it.", json_schema_extra=OPERATIONAL)
    inputs: tuple[Text, ...] = Field(default=(), description="The names its text may use.")
    works_around: str = Field(
        default="",
        description="The weakness of models it works around; replay tests it.",
        json_schema_extra=OPERATIONAL,
    )
    parameters: Parameters = Field(default=Parameters(), description="How to sample.")
    format: Literal["chat", "completion"] = Field(
        default="chat", description="`completion`: the text is continued, without a chat template."
    )
    license: Text = Field(
        default="internal",
        description="Its text's license; `internal`: your own words.",
        json_schema_extra=OPERATIONAL,
    )
    lineage: Lineage = Field(
        default="declared",
        description="Whether it is known where its text comes from.",
        json_schema_extra=OPERATIONAL,
    )
    parents: tuple[Parent, ...] = Field(
        default=(),
        description="What it was made from, such as a model that wrote it.",
        json_schema_extra=OPERATIONAL,
    )
    sections: tuple[Section, ...] = Field(description="The text by role, in order.")
    partials: dict[str, str] = Field(description="The partials it includes: name to source.")

    @field_validator("inputs")
    @classmethod
    def _names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                raise wrong(
                    f"{name!r} cannot be a name in a template", "use letters, digits and `_`"
                )
        return value


def split_front_matter(text: str) -> tuple[str, str, int] | None:
    """Returns the front matter, the body and the body's first line; None without front matter."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            front = "".join(f"{one}\n" for one in lines[1:number])
            return front, "\n".join(lines[number + 1 :]), number + 2
    return None


def split_sections(
    body: str, first_line: int, *, heading: re.Pattern[str] = HEADING
) -> tuple[tuple[Section, ...], int | None]:
    """Splits a prompt's text at its role headings, those in code fences left alone.

    A text without any heading is the user's.

    Args:
        body: The text below the front matter.
        first_line: The line of the file that it begins on.
        heading: What a line must match to open a role, which is its first group.

    Returns:
        The sections, and the line of text that stands before the first heading, if any does.
    """
    parts: list[tuple[str, list[str], int]] = [("", [], first_line)]
    fence = ""
    # Not `splitlines`: it also splits at signs that are part of the text, such as U+2028.
    for number, line in enumerate(body.replace("\r\n", "\n").split("\n"), start=first_line):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        opened = None if fence else heading.match(line)
        if opened:
            parts.append((opened.group(1).lower(), [], number + 1))
        else:
            parts[-1][1].append(line)
    stray = None
    if len(parts) == 1:
        parts = [("user", *parts[0][1:])]
    else:
        _, lines, start = parts.pop(0)
        stray = next((start + i for i, line in enumerate(lines) if line.strip()), None)
    sections = []
    for role, lines, start in parts:
        blank = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
        source = "\n".join(lines[blank:]).rstrip("\n")
        sections.append(
            Section.model_validate({"role": role, "source": source, "line": start + blank})
        )
    return tuple(sections), stray
