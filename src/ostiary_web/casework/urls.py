"""Addresses of the desk. A docket stands in an address by its number; no fact ever does."""

from django.urls import path

from ostiary_web.casework import views, views_facts

urlpatterns = [
    path("", views.queue, name="queue"),
    path("export.csv", views.export, name="queue_export"),
    path("<str:number>/", views.docket, name="docket"),
    path("<str:number>/act/<slug:act>/", views.act, name="act"),
    path("<str:number>/facts/", views_facts.questions, name="facts"),
    path("<str:number>/facts/confirm", views_facts.confirm, name="facts_confirm"),
    path("<str:number>/letter/", views.letter, name="letter"),
    path("<str:number>/paper/<slug:digest>", views.paper, name="paper"),
]
