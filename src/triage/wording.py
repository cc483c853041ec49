"""What a value must be, in the words of those who write it rather than of those who check it. Checks nothing itself."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["wanted"]

# By pydantic's names of what is wrong.
_MESSAGES = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": "must be a table",
    "enum": "must be {expected}",
    "extra_forbidden": "is not known here",
    "finite_number": "must be a finite number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "less_than": "must be below {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be {expected}",
    "missing": "must be given",
    "model_type": "must be a table; write [{where}]",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must not be empty",
    "string_type": "must be a text",
    "tuple_type": "must be a list of texts",
}


def wanted(kind: str, message: str, context: Mapping[str, object], where: str = "") -> str:
    """Return what a value must be; of a kind that has no words here, what its check says.

    Parameters
    ----------
    kind : str
        What is wrong, by pydantic's name of it.
    message : str
        What the check says.
    context : mapping of str to object
        The bounds and choices that it names.
    where : str, default=""
        What the value is called.

    Examples
    --------
    >>> wanted("greater_than_equal", "Input should be greater than or equal to 1", {"ge": 1})
    'must be 1 or more'
    >>> wanted("value_error", "Value error, must be a zone", {})
    'must be a zone'
    """
    if kind in _MESSAGES:
        return _MESSAGES[kind].format(where=where, **context)
    return message.removeprefix("Value error, ")
