"""One import in a process of its own, to be killed: `python -m tests.people.import_child DATABASE RUN CHUNK`."""

from __future__ import annotations

import sys


def main(database: str, run_id: str, chunk: str) -> int:
    """Says how far it is after every chunk."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from chunfeng.people.actions import imports
    from tests.factories import NOW

    imports.CHUNK = int(chunk)
    print("0", flush=True)
    try:
        imports.run(int(run_id), NOW, progress=lambda done, total: print(done, flush=True))
    except imports.Taken:
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
