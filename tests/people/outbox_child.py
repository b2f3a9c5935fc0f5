"""One run of the outbox in a process of its own, to be killed: `python -m tests.people.outbox_child DATABASE URL`."""

from __future__ import annotations

import sys


def main(database: str, url: str) -> int:
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.WEBHOOK_LOOPBACK = True
    settings.MESSAGE_GATEWAYS = {"sms": {"url": url, "taken": "code=0", "reference": "data.id"}}
    django.setup()
    from chunfeng.people import outbox
    from tests.factories import NOW

    print(outbox.deliver(now=NOW).sent, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
