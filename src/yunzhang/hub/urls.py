"""The hub's addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("yunzhang.portal.urls")),
]
