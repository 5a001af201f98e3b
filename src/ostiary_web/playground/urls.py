"""The playground's three addresses. No address ever holds a fact."""

from django.urls import path

from ostiary_web.playground import views

urlpatterns = [
    path("", views.page),
    path("request.yaml", views.download),
    path("static/<str:name>", views.static),
]
handler404 = "ostiary_web.playground.views.not_found"
handler500 = "ostiary_web.playground.views.failed"
