"""Makes the first account, where there is none of that name."""

import os
from pathlib import Path

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  (needs the line above)

User = get_user_model()
name = os.environ["SUPERUSER_NAME"]
if User._default_manager.filter(**{User.USERNAME_FIELD: name}).exists():
    print(f"there is an account {name} already")
else:
    fields = {User.USERNAME_FIELD: name}
    if User.USERNAME_FIELD != User.get_email_field_name():
        fields[User.get_email_field_name()] = os.environ["SUPERUSER_EMAIL"]
    password = Path("/run/secrets/superuser/password").read_text().strip()
    User._default_manager.create_superuser(password=password, **fields)
    print(f"made the account {name}")
