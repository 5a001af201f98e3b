"""Every address of the desk. Log-in is the default; a page for everybody says so itself."""

from allauth.account import urls as account
from django.urls import include, path

from ostiary_web import faults, health
from ostiary_web.casework import urls as casework
from ostiary_web.counter import urls as counter
from ostiary_web.counter.api import routes as counter_api
from ostiary_web.staff import urls as staff

# An address is what a person logs in with: only an administrator changes it, so allauth's own pages for that are shut.
_SHUT = {"account_email", "account_confirm_email", "account_email_verification_sent"}

urlpatterns = [
    path("", include(staff.urlpatterns)),
    path("desk/", include(casework.urlpatterns)),
    path("request/", include(counter.urlpatterns)),
    path("api/v1/", include((counter_api.patterns(), "counter_api"))),
    path("health", health.health, name="health"),
    path("account/", include([one for one in account.urlpatterns if one.name not in _SHUT])),
    path("account/provider/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("account/provider/", include("allauth.socialaccount.urls")),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
]

handler400 = faults.bad_request
handler403 = faults.not_allowed
handler404 = faults.not_found
handler500 = faults.failed
