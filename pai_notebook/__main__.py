"""``python -m pai_notebook``: the command `paimodel`."""

import sys

from pai_notebook.shell import main

if __name__ == "__main__":
    sys.exit(main())
