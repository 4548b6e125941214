"""How gunicorn serves the pages in a container; GUNICORN_CMD_ARGS and WEB_CONCURRENCY win."""

wsgi_app = "ahorraluz.server:application()"
bind = "0.0.0.0:8000"
worker_class = "gthread"
threads = 4
# An address may hold 16,000 characters, more than gunicorn takes by itself; the program refuses
# longer ones.
limit_request_line = 0
# The root file system is read-only: signs of life of the processes lie in memory.
worker_tmp_dir = "/tmp"  # noqa: S108  a file without a name, which nobody else opens
control_socket_disable = True
# Requests that began are answered; whoever stops the container waits 30 seconds.
graceful_timeout = 25
