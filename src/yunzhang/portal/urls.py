"""The addresses of the hub's doors."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
