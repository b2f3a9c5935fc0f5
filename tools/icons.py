"""Make the PNG icons of the installed pages from the one drawing: web/icon.svg, its ground filling the square.

python tools/icons.py
"""

from __future__ import annotations

from pathlib import Path

import vl_convert

STATIC = Path(__file__).resolve().parent.parent / "src" / "chunfeng" / "web" / "static" / "web"
SIZES = (192, 512)


def main() -> None:
    """Write icon-192.png and icon-512.png: phones cut them to their own shape."""
    drawing = (STATIC / "icon.svg").read_text(encoding="utf-8").replace(' rx="7"', "")
    for size in SIZES:
        sized = drawing.replace("<svg ", f'<svg width="{size}" height="{size}" ', 1)
        (STATIC / f"icon-{size}.png").write_bytes(vl_convert.svg_to_png(sized, ppi=72))


if __name__ == "__main__":
    main()
