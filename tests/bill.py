"""The bill of materials that the wheel carries (CycloneDX, PEP 770), from pyproject.toml: `python -m tests.bill` writes it."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATH = ROOT / "pai-notebook.cdx.json"


def bill() -> str:
    """The package, which has no code of others in it, and what it requires."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    me = f"pkg:pypi/{project['name']}@{project['version']}"
    component = {"type": "library", "bom-ref": me, "name": project["name"], "version": project["version"], "purl": me}
    component["licenses"] = [{"license": {"id": project["license"]}}]
    required = [re.match(r"([\w-]+)(.*)", text).groups() for text in project["dependencies"]]
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}",
            "name": name,
            "scope": "required",
            "purl": f"pkg:pypi/{name}",
            "properties": [{"name": "requirement", "value": specifier}],
        }
        for name, specifier in required
    ]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component},
        "components": components,
        "dependencies": [{"ref": me, "dependsOn": [f"pkg:pypi/{name}" for name, _ in required]}],
    }
    return json.dumps(document, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(bill(), "utf-8")
