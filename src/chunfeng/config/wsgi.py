import os

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chunfeng.config.settings")
application = get_wsgi_application()
proxies = [host.strip() for host in os.environ.get("CHUNFENG_TRUSTED_PROXIES", "").split(",")]
if any(proxies):
    application = wrap_wsgi_with_proxy_headers(application, proxies)
