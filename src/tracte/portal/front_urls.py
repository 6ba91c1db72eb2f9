from django.urls import path

from tracte.portal import front_views

urlpatterns = [path("", front_views.front, name="front")]
