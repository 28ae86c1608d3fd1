"""Configuration of gunicorn in production. Settings: https://docs.gunicorn.org/en/stable/settings.html"""

import os
from pathlib import Path

wsgi_app = "slipway_app:create_app()"
chdir = str(Path(__file__).resolve().parent)
bind = f"0.0.0.0:{os.environ.get('PORT', '5000')}"

# Two processes, so that one that dies leaves the other answering; a quarter of a vCPU has no use for more.
worker_class = "gthread"
workers = 2
threads = 8
# The app is imported once, and one that can't be imported ends the process at once instead of a worker at a time.
preload_app = True

# Running requests are finished on SIGTERM. Less than the 30 seconds after which ECS sends SIGKILL.
graceful_timeout = 25
# More than the 60 seconds for which the load balancer keeps an idle connection: the app is never the first to close.
keepalive = 75

# The root file system is read-only. Worker heartbeats want a memory file system; macOS has no /dev/shm.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# Its socket would need a writable HOME, and nothing uses it.
control_socket_disable = True
