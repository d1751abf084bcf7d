"""A prompt's sections, compiled once, rendered for each sample.

The text was split into roles before it comes here, so nothing in an input can open a role; a
sandbox keeps templates from reaching Python; a name that is not given is an error, never "".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, NoReturn, cast

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from roundtable.errors import InputError, Place
from roundtable.generation.types import Message, Role

# What a template may raise while it runs; sandbox violations are TemplateErrors.
_FAULTS = (
    jinja2.TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Reads `e.items` as the field `items`, where a row has one, not as the dict's method."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class PromptTemplate:
    """A prompt that renders inputs to messages.

    Args:
        sections: Role, Jinja source, and the line (from 1) of the file that the source starts on.
        partials: The sources that `{% include %}` may name, by name.
        file: The prompt's file, for errors, such as `prompts/triage.prompt.md`.
        completion: Whether the text is continued as it stands, without a chat template.

    Raises:
        InputError: the template is malformed, with its file and line.
    """

    def __init__(
        self,
        sections: Sequence[tuple[Role, str, int]],
        *,
        partials: Mapping[str, str],
        file: str,
        completion: bool = False,
    ) -> None:
        self.completion = completion
        self.file = file
        folder = file.split("/")[0] + "/" if "/" in file else ""
        self._partials = {folder + name for name in partials}
        self._environment = _environment(partials, folder)
        self._sections = tuple(
            (role, self._compiled(source, line), line) for role, source, line in sections
        )

    def render(self, inputs: Mapping[str, object]) -> tuple[Message, ...]:
        """Returns one message for each section.

        Args:
            inputs: A value for every name that the template uses.

        Raises:
            InputError: an input is missing, or the template fails on these inputs.
        """
        messages = []
        for role, template, line in self._sections:
            try:
                content = template.render(inputs)
            except _FAULTS as error:
                self._fail(error, line)
            messages.append(Message(role=role, content=content))
        return tuple(messages)

    def _compiled(self, source: str, line: int) -> jinja2.Template:
        environment = self._environment
        try:
            # jinja2's own annotations leave out the code object that `raw=False` returns.
            compiled = cast("Any", environment.compile)(
                source.strip("\r\n"), name=None, filename=self.file
            )
        except jinja2.TemplateSyntaxError as error:
            raise InputError(
                f"the prompt's template is malformed: {error.message}",
                where=Place(self.file, line + error.lineno - 1),
                fix="mend the Jinja2 tag on this line",
            ) from error
        return environment.template_class.from_code(
            environment, compiled, environment.make_globals(None), None
        )

    def _fail(self, error: Exception, line: int) -> NoReturn:
        file, at = self._place(error.__traceback__, line)
        if isinstance(error, jinja2.UndefinedError):
            what = f"the prompt needs what this row does not give: {error.message}"
            fix = "add it to the dataset's rows and `input`, or take it out of the prompt"
        elif isinstance(error, jinja2.TemplateNotFound):
            what = f"the prompt includes {error.name!r}, which is not among its partials"
            fix = "name a file of prompts/ whose name starts with `_`"
        else:
            # The message of a plain Python error may hold the input itself: only its kind is said.
            what = f"the prompt's template fails on this row ({type(error).__name__})"
            fix = "mend the expression on this line"
        raise InputError(what, where=Place(file, at), fix=fix) from error

    def _place(self, traceback: TracebackType | None, line: int) -> tuple[str, int]:
        file, at = self.file, line
        while traceback is not None:
            name = traceback.tb_frame.f_code.co_filename
            if name == self.file:
                file, at = name, line + traceback.tb_lineno - 1
            elif name in self._partials:
                file, at = name, traceback.tb_lineno
            traceback = traceback.tb_next
        return file, at


def _environment(partials: Mapping[str, str], folder: str) -> _Sandbox:
    def source_of(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        found = partials.get(name)
        return None if found is None else (found, folder + name, lambda: True)

    environment = _Sandbox(
        loader=jinja2.FunctionLoader(source_of),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        # A tag alone on its line leaves no line behind; an included file keeps its last newline.
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # The same inputs must always give the same text: it is part of a call's key.
    environment.globals.pop("lipsum", None)
    environment.filters.pop("random", None)
    return environment
