"""Reads a table of ``triage.toml`` into a model of it, and says everything that is wrong with it at once. Pure.

Who owns a table derives a model from `Section`, a field a key, and calls its `read`. Types are taken strictly, as TOML
has types of its own: ``"3"`` is no number, and 1 is not true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from triage.errors import Problem, SettingsError
from triage.wording import wanted

__all__ = ["Section", "TextOrTexts", "Texts"]

# Nothing was got there, or the message says what.
_NOT_SHOWN = ("dict_type", "extra_forbidden", "list_type", "missing", "model_type")

Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False)]
"""A list of texts, none of them empty."""

TextOrTexts = Annotated[Texts, BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
"""A list of texts, or one text in place of a list of one."""


class Section(BaseModel):
    """The keys of one table: a base for models whose fields are those keys.

    What a field with ``repr=False`` holds is not shown in messages.

    Examples
    --------
    >>> class Cache(Section):
    ...     size: int = 10
    >>> Cache.read({"size": 3}, "cache").size
    3
    >>> Cache.read({"size": "3", "sise": 4}, "cache")
    Traceback (most recent call last):
    triage.errors.SettingsError: [cache] cannot be used.
      - cache.size: must be a whole number. Got '3'.
      - cache.sise: is not known here; known are size.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, hide_input_in_errors=True)

    @classmethod
    def read(cls, table: object, name: str, context: object = None) -> Self:
        """Return what a table says.

        Parameters
        ----------
        table : object
            As it stands in the file.
        name : str
            By which it stands there; for messages.
        context : object, optional
            What the model's own validators are told besides.

        Raises
        ------
        SettingsError
            Names everything that cannot be used.
        """
        problems: list[Problem] = []
        found = cls.find(table, name, problems, context)
        if found is None:
            raise SettingsError(f"[{name}] cannot be used.", problems)
        return found

    @classmethod
    def find(cls, table: object, name: str, problems: list[Problem], context: object = None) -> Self | None:
        """Return what a table says, as `read` does; where it cannot be used, add why to `problems` and return None."""
        try:
            return cls.model_validate(table, context=context)
        except ValidationError as err:
            problems.extend(cls._to_problems(err, name))
            return None

    @classmethod
    def _to_problems(cls, err: ValidationError, name: str) -> Iterator[Problem]:
        fields = {field.alias or key: field for key, field in cls.model_fields.items()}
        for error in err.errors():
            kind, place, is_table = error["type"], error["loc"], isinstance(error["input"], Mapping)
            if kind == "model_type" and place and isinstance(place[-1], int):
                kind = "list_type"  # one of several that should be tables
            keys = [key for at, each in enumerate(place, 1) if (key := _key(each, is_table or at < len(place)))]
            where = ".".join((name, *keys))
            if kind == "extra_forbidden" and len(keys) == 1:
                message = f"is not known here; known are {', '.join(fields)}"
            elif kind == "list_type":  # of texts there are only tuples
                message = f"must be one or more tables; write [[{where}]]"
            else:
                message = wanted(kind, error["msg"], error.get("ctx", {}), where)
            is_secret = bool(keys) and keys[0] in fields and not fields[keys[0]].repr
            is_shown = not (is_secret or is_table or kind in _NOT_SHOWN)
            yield Problem(f"{message.removesuffix('.')}.", where, got=str(error["input"]) if is_shown else "")


def _key(each: str | int, is_in_table: bool) -> str:
    """Return how a step on the way to a value is named: a table of several by its number, other items not at all."""
    if isinstance(each, str):
        return each
    return str(each + 1) if is_in_table else ""
