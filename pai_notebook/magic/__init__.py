"""`%paimodel` and `%%paimodel`: a line of text to a plan, and what it gives on the screen."""

from pai_notebook.magic.magic import PaiModelMagics, load, unload

__all__ = ["PaiModelMagics", "load", "unload"]
