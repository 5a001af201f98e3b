"""Addresses of the counter. Nothing that was typed, and no secret, ever stands in one."""

from django.urls import path

from ostiary_web.counter import views, views_corrections, views_follow, views_pick_up

urlpatterns = [
    path("", views.ask, name="ask"),
    path("saved/", views_follow.resume, name="resume"),
    path("follow/", views_follow.follow, name="follow"),
    path("pick-up/", views_pick_up.pick_up, name="pick_up"),
    path("follow/letter/", views_follow.letter, name="follow_letter"),
    path("follow/correction/", views_corrections.notice, name="follow_correction"),
    path("follow/correction/read/", views_corrections.read, name="follow_correction_read"),
]
