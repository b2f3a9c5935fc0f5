"""What a page gives its sealed outbox."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django import template

from chunfeng.web.phone.holder import holder

register = template.Library()


@register.simple_tag(takes_context=True)
def phone_holder(context: dict[str, Any]) -> str:
    """The holder of the phone as JSON. Only for pages that are never cached: it holds the user's secret."""
    return json.dumps(asdict(holder(context["request"])))
