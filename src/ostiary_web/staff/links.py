"""The link with which a person sets their first password, or a new one. It works once, for a day."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from ostiary_web.staff.models import Person


def password_link(person: Person) -> str:
    """The path of the page; whoever has it can set the password, so hand it to the person alone."""
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    uid, _, token = key.partition("-")
    return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
