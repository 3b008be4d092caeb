"""Time and size of outputs against pandas Styler, xarray and great_tables on tables of the same size.

Ratios hold within one run on one machine; run with ``python -m tests.bench.look``. xarray and great_tables are left out
where they are not installed. They get the same text in every cell and the same row names; Styler the caption and the
two colours as well, but neither the second line of a cell nor the notes below the table. Of a card they get only the
metrics.
"""

from __future__ import annotations

import importlib.util
import time
import warnings
from collections.abc import Callable

import pandas as pd

from pai_notebook.display import Block, Heading, Table, render_html, render_markdown, render_text
from pai_notebook.display.line import line
from tests.bench.figures import Figures
from tests.display.shape_samples import comparison, version_card


def best(render: Callable[[], str], repeats: int = 7) -> tuple[float, int]:
    """Shortest CPU time in milliseconds, and bytes."""
    size = len(render().encode())
    times = []
    for _ in range(repeats):
        began = time.process_time()
        render()
        times.append(time.process_time() - began)
    return 1000 * min(times), size


def frame(table: Table) -> pd.DataFrame:
    """Everything that stands in the table, as text: section and names of each row as its index."""
    section, names, rows = "", [], []
    for row in table.rows:
        if isinstance(row, Heading):
            section = row.text
        else:
            names.append((section, *map(line, row[: table.row_headers])))
            rows.append([line(cell) for cell in row[table.row_headers :]])
    columns = [line(column.header) for column in table.columns]
    index = pd.MultiIndex.from_tuples(names, names=["section", *columns[: table.row_headers]])
    return pd.DataFrame(rows, index=index, columns=columns[table.row_headers :])


def colour(text: str) -> str:
    return "background-color:#e443" if "worse" in text else "background-color:#2a53" if "better" in text else ""


def styled(text: pd.DataFrame, caption: str) -> str:
    return text.style.map(colour).format(escape="html").set_caption(caption).to_html()


def others(table: Table) -> dict[str, Callable[[], str]]:
    text = frame(table)
    flat = text.reset_index()
    found: dict[str, Callable[[], str]] = {"Styler": lambda: styled(text, table.caption)}
    if importlib.util.find_spec("great_tables"):
        import great_tables

        found["great_tables"] = lambda: great_tables.GT(flat).as_raw_html()
    if importlib.util.find_spec("xarray"):
        import xarray

        found["xarray"] = lambda: xarray.Dataset({name: ("row", flat[name]) for name in flat})._repr_html_()
    return found


def compare(figures: Figures, what: str, shape: Block, table: Table) -> None:
    """Print our time and bytes for a shape, and their ratios to those of each peer for its table."""
    ours, size = best(lambda: render_html(shape))
    markdown, text = best(lambda: render_markdown(shape))[0], best(lambda: render_text(shape, 120))[0]
    figures.say(f"{what}: {ours:.2f} ms, {size:,} bytes; Markdown {markdown:.2f} ms; text {text:.2f} ms", {f"{what}, bytes": size})
    for name, render in others(table).items():
        theirs, their_size = best(render)
        ratios = {f"{what}, time against {name}": ours / theirs, f"{what}, bytes against {name}": size / their_size}
        figures.say(
            f"  {name}: {theirs:.2f} ms, {their_size:,} bytes; "
            f"ours takes {ours / theirs:.2f} of its time and {size / their_size:.2f} of its bytes",
            ratios,
        )


def main() -> None:
    warnings.simplefilter("ignore")
    figures, table, card = Figures(), comparison(20, 38).blocks[1], version_card()
    compare(figures, "comparison 20 x 40", table, table)
    compare(figures, "card", card, card.blocks[1])
    began = time.process_time()
    for _ in range(1000):
        render_html(card)
    figures.tell("1,000 cards, seconds", time.process_time() - began)
    figures.finish()


if __name__ == "__main__":
    main()
