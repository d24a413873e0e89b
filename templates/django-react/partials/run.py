"""Waits until the database takes connections, then becomes the command."""

import os
import socket
import sys
import time

address = (os.environ["DATABASE_HOST"], int(os.environ["DATABASE_PORT"]))
deadline = time.monotonic() + 300
while True:
    try:
        socket.create_connection(address, timeout=5).close()
        break
    except OSError as error:
        if time.monotonic() >= deadline:
            sys.exit(f"the database does not answer: {error}")
        print(f"the database does not answer yet: {error}", flush=True)
        time.sleep(5)

os.chdir(os.environ["DJANGO_ROOT"])
os.execvp(sys.argv[1], sys.argv[1:])
