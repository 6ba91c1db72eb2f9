from django.urls import path

from tracte.portal import follow_views, form_views

urlpatterns = [
    path("follow/", follow_views.follow, name="follow"),
    path("<slug:key>/", form_views.write, name="form"),
]
