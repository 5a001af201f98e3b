"""Addresses of the administration."""

from django.urls import path

from ostiary_web.staff import views

urlpatterns = [
    path("", views.home, name="home"),
    path("people/", views.people, name="people"),
    path("people/add", views.person_add, name="person_add"),
    path("people/<int:number>", views.person, name="person"),
    path("people/<int:number>/change", views.person_change, name="person_change"),
    path("people/<int:number>/link", views.person_link, name="person_link"),
    path("people/<int:number>/end", views.person_end, name="person_end"),
    path("people/<int:number>/roles/add", views.role_add, name="role_add"),
    path("people/<int:number>/roles/<int:duty>/end", views.role_end, name="role_end"),
    path("people/<int:number>/training/add", views.training_add, name="training_add"),
    path("delegations/", views.delegations, name="delegations"),
    path("delegations/add/<int:duty>", views.delegation_add, name="delegation_add"),
    path("delegations/<int:delegation>/end", views.delegation_end, name="delegation_end"),
]
