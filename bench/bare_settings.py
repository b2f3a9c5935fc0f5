"""The site's settings with one more route: a request that does nothing but one insert."""

from chunfeng.config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.bare_urls"
