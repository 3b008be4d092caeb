"""A command as data: read from a line, run, or printed as Python or as a line."""

from pai_notebook.plan.command import Command
from pai_notebook.plan.grammar import parse_cell, parse_line, parse_words
from pai_notebook.plan.options import OPTIONS, VERBS, Edge, Option, options_of, verbs_of
from pai_notebook.plan.plan import plan_of, run, to_line, write_unchecked
from pai_notebook.plan.refusals import refuse_values
from pai_notebook.plan.words import say_on_line, speak_of_options, write_word

__all__ = [
    "OPTIONS",
    "VERBS",
    "Command",
    "Edge",
    "Option",
    "options_of",
    "parse_cell",
    "parse_line",
    "parse_words",
    "plan_of",
    "refuse_values",
    "run",
    "say_on_line",
    "speak_of_options",
    "to_line",
    "verbs_of",
    "write_unchecked",
    "write_word",
]
