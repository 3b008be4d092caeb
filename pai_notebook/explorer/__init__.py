"""The widget: find models, pick versions, compare them, and go on with the result in the next cell."""

from pai_notebook.explorer.state import ExplorerState
from pai_notebook.explorer.view import Explorer, close_all

__all__ = ["Explorer", "ExplorerState", "close_all"]
