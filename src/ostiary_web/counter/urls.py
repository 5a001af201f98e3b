"""Addresses of the counter. Nothing that was typed, and no secret, ever stands in one."""

from django.urls import path

from ostiary_web.counter import views

urlpatterns = [path("", views.ask, name="ask"), path("follow/", views.follow, name="follow")]
