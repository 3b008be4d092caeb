"""What a release says of itself: its number, its changes and its bill of materials agree; an index page links to nothing it lacks."""

import re
import tomllib
from pathlib import Path

from tests.bill import PATH, bill

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_the_bill_of_materials_is_that_of_the_project():
    assert PATH.read_text("utf-8") == bill(), "python -m tests.bill writes it"
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["sbom-files"] == [PATH.name]


def test_the_newest_changes_are_those_of_this_version():
    first, *rest = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    if first == "Unreleased":
        first = rest[0]
    assert re.fullmatch(rf"{re.escape(PROJECT['project']['version'])} - \d{{4}}-\d\d-\d\d", first)


def test_an_index_page_shows_no_picture_and_no_link_that_only_the_repository_has():
    hook = PROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    text = ""
    for fragment in hook["fragments"]:
        part = (ROOT / fragment["path"]).read_text("utf-8") if "path" in fragment else fragment["text"]
        part = part.partition(fragment["start-after"])[2] if "start-after" in fragment else part
        part = "".join(part.partition(fragment["start-at"])[1:]) if "start-at" in fragment else part
        text += part.partition(fragment["end-before"])[0] if "end-before" in fragment else part
    for substitution in hook["substitutions"]:
        text = re.sub(substitution["pattern"], substitution["replacement"], text)
    assert re.findall(r"\]\((?!https?:)[^)]*\)", text) == []
    assert [text.count(word) >= 1 for word in ("%load_ext pai_notebook", "Worse than 2.0.0 beyond chance", "## License")] == [True] * 3
    assert [word for word in ("## Tests", "## Architecture") if word in text] == []
