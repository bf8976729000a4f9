"""The hub as a WSGI application."""

import os
import signal
import threading

from django.conf import settings
from django.core.wsgi import get_wsgi_application

LOOK_SECONDS = 1.0


def follow(parent: int) -> None:
    """End this web process when the one that started it is gone, so that no port stays taken."""
    tick = threading.Event()
    while os.getppid() == parent:
        tick.wait(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunzhang.hub.settings")
application = get_wsgi_application()

from yunzhang.people import pack_verbs  # noqa: E402 - it reads models, once Django is set up

pack_verbs.insist(settings.PACK)
if "YUNZHANG_SERVED_BY" in os.environ:
    served_by = int(os.environ["YUNZHANG_SERVED_BY"])
    threading.Thread(target=follow, args=(served_by,), daemon=True).start()
